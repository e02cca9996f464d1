/* elf.c - see elf.h. ELF of this machine's word size only; every offset is held against the file's length.
 */
#include "check/elf.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define SYMBOL_OF(info) ELF64_R_SYM(info)
enum { ELF_CLASS = ELFCLASS64 };
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
enum { ELF_CLASS = ELFCLASS32 };
#endif

/* ---- The file ----------------------------------------------------------------------------------------- */

typedef struct image {
  const char *data;
  size_t size;
} image;

static const void *at(const image *i, size_t offset, size_t bytes) {
  return offset <= i->size && bytes <= i->size - offset ? i->data + offset : NULL;
}

/* A string of a string table, or null where it runs out of the file. */
static const char *string_at(const image *i, const ElfW(Shdr) * strings, size_t offset) {
  const char *table = at(i, strings->sh_offset, strings->sh_size);
  if (!table || offset >= strings->sh_size || !memchr(table + offset, 0, strings->sh_size - offset)) return NULL;
  return table + offset;
}

static void read_symbols(const image *i, const ElfW(Shdr) * section, const ElfW(Shdr) * strings, elf_name name,
                         void *ctx) {
  size_t n = section->sh_size / sizeof(ElfW(Sym));
  const ElfW(Sym) *symbol = at(i, section->sh_offset, section->sh_size);
  for (size_t k = 1; symbol && k < n; k++) {
    unsigned bind = symbol[k].st_info >> 4, visibility = symbol[k].st_other & 3u;
    const char *text = string_at(i, strings, symbol[k].st_name);
    if (!text || !*text || bind == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL) continue;
    name(ctx, symbol[k].st_shndx == SHN_UNDEF ? ELF_IMPORT : ELF_EXPORT, text);
  }
}

static void read_needed(const image *i, const ElfW(Shdr) * section, const ElfW(Shdr) * strings, elf_name name,
                        void *ctx) {
  size_t n = section->sh_size / sizeof(ElfW(Dyn));
  const ElfW(Dyn) *entry = at(i, section->sh_offset, section->sh_size);
  for (size_t k = 0; entry && k < n && entry[k].d_tag != DT_NULL; k++) {
    const char *text = entry[k].d_tag == DT_NEEDED ? string_at(i, strings, entry[k].d_un.d_val) : NULL;
    if (text) name(ctx, ELF_NEEDED, text);
  }
}

static int read_image(const image *i, elf_name name, void *ctx) {
  const ElfW(Ehdr) *head = at(i, 0, sizeof *head);
  if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_ident[EI_CLASS] != ELF_CLASS) return -1;
  const ElfW(Shdr) *section = at(i, head->e_shoff, (size_t)head->e_shnum * sizeof *section);
  if (!section || head->e_shnum == 0 || head->e_shentsize != sizeof *section) return -1;
  for (uint32_t k = 0; k < head->e_shnum; k++) {
    if ((section[k].sh_type != SHT_DYNSYM && section[k].sh_type != SHT_DYNAMIC) || section[k].sh_link >= head->e_shnum)
      continue;
    const ElfW(Shdr) *strings = &section[section[k].sh_link];
    (section[k].sh_type == SHT_DYNSYM ? read_symbols : read_needed)(i, &section[k], strings, name, ctx);
  }
  return 0;
}

int elf_read(const char *path, elf_name name, void *ctx, baud_error *error) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size <= 0) {
    int why = errno;
    if (fd >= 0) close(fd);
    return error_set(error, BAUD_EIO, "%s cannot be read: %s", path, strerror(why));
  }
  void *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (data == MAP_FAILED) return error_set(error, BAUD_EIO, "%s cannot be mapped", path);
  int code = read_image(&(image){data, (size_t)info.st_size}, name, ctx);
  munmap(data, (size_t)info.st_size);
  return code ? error_set(error, BAUD_EPLUGIN, "%s is no shared object of this machine", path) : 0;
}

/* ---- The loaded library ------------------------------------------------------------------------------- */

/* The linker's entry of a library that is loaded already; it stays loaded. */
static struct link_map *loaded(const char *path) {
  struct link_map *map = NULL;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  return handle && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : NULL;
}

typedef struct dynamic { /* the tables that the dynamic section points to */
  const ElfW(Sym) * symbols;
  const char *strings;
  const ElfW(Rela) * table[2]; /* of data, of calls */
  size_t n[2];
} dynamic;

static int read_dynamic(const struct link_map *map, dynamic *d) {
  uintptr_t value[DT_NUM] = {0};
  memset(d, 0, sizeof *d);
  for (const ElfW(Dyn) *e = map->l_ld; e->d_tag != DT_NULL; e++)
    if (e->d_tag > 0 && e->d_tag < DT_NUM) value[e->d_tag] = e->d_un.d_ptr;
  if (value[DT_REL] || (value[DT_JMPREL] && value[DT_PLTREL] != DT_RELA)) return -1; /* another form of relocation */
  d->symbols = (const ElfW(Sym) *)value[DT_SYMTAB];
  d->strings = (const char *)value[DT_STRTAB];
  d->table[0] = (const ElfW(Rela) *)value[DT_RELA];
  d->n[0] = value[DT_RELASZ] / sizeof(ElfW(Rela));
  d->table[1] = (const ElfW(Rela) *)value[DT_JMPREL];
  d->n[1] = value[DT_PLTRELSZ] / sizeof(ElfW(Rela));
  return d->symbols && d->strings ? 0 : -1;
}

static void store(void **slot, void *value) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), low = (uintptr_t)slot & ~(page - 1);
  /* tables of resolved functions are read-only after relocation, as a rule; the library's data stay writable */
  if (mprotect((void *)low, page, PROT_READ | PROT_WRITE) == 0) *slot = value;
}

int elf_redirect(const char *path, const elf_redirection *list, size_t n, baud_error *error) {
  dynamic d;
  struct link_map *map = loaded(path);
  int changed = 0;
  if (!map) return error_set(error, BAUD_EUNSUP, "it is no shared object, whose allocations could be watched");
  if (read_dynamic(map, &d) != 0)
    return error_set(error, BAUD_EUNSUP, "the library's relocations are of a kind that is not understood");
  for (int t = 0; t < 2; t++)
    for (size_t k = 0; k < d.n[t]; k++) {
      size_t index = SYMBOL_OF(d.table[t][k].r_info);
      if (index == 0 || d.symbols[index].st_shndx != SHN_UNDEF) continue;
      for (size_t i = 0; i < n; i++)
        if (strcmp(d.strings + d.symbols[index].st_name, list[i].symbol) == 0) {
          store((void **)(map->l_addr + d.table[t][k].r_offset), list[i].to);
          changed++;
        }
    }
  return changed;
}

typedef struct search {
  uintptr_t base;
  elf_range *out;
  uint32_t n, max;
} search;

static int visit(struct dl_phdr_info *info, size_t size, void *ctx) {
  search *s = ctx;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  (void)size;
  if (info->dlpi_addr != s->base) return 0;
  for (int i = 0; i < info->dlpi_phnum && s->n < s->max; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_W)) continue;
    uintptr_t low = (s->base + p->p_vaddr) & ~(page - 1),
              high = (s->base + p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1);
    s->out[s->n++] = (elf_range){(char *)low, (char *)high};
  }
  return 1;
}

uint32_t elf_writable(const char *path, elf_range *out, uint32_t max) {
  struct link_map *map = loaded(path);
  search s = {.out = out, .max = max};
  if (!map) return 0;
  s.base = map->l_addr;
  dl_iterate_phdr(visit, &s);
  return s.n;
}
