/* terminal.c - ncurses, signals and the way back: terminal.h.
 *
 * TERM, HUP and INT set a flag and are answered by an ordinary end. QUIT, ABRT, SEGV and their like cannot be: endwin
 * is not async-signal-safe. For them one string that undoes everything is made beforehand; the handler, on a stack of
 * its own, writes it, puts the line discipline back, says a word and raises the signal again.
 * All other signals are blocked but while waiting, so that none strikes in the middle of a frame.
 */
#include "terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
  FILE *tty;
  int fd;
  SCREEN *screen;
  enum glyph_tier tier;
  frame shown;          /* what is on the screen */
  int is_known;         /* whether `shown` is to be believed */
  sigset_t waiting, before;
  int has_colour, colours, palette;
};

/* What the crash handler needs: one terminal a process. */
static struct {
  int fd;
  struct termios settings;
  char restore[512];
  size_t length;
  volatile sig_atomic_t leave; /* the signal that asks to leave */
  volatile sig_atomic_t is_lost; /* what was on the screen: while stopped, or by a change of its size and back */
} crash = {.fd = -1};

static const int fatal[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static const int asking[] = {SIGTERM, SIGHUP, SIGINT};
enum { FATAL = sizeof fatal / sizeof *fatal, ASKING = sizeof asking / sizeof *asking };
static struct sigaction old_fatal[FATAL], old_asking[ASKING], old_continue, curses_resize;
static char stack_of_handler[64 * 1024];

static void on_crash(int signal_number) {
  static const char word[] = "\r\nbaud: the dashboard crashed; the run goes on. Come back with: baud attach\r\n";
  static const char left[] = "\r\nbaud: the dashboard was quit; the run goes on. Come back with: baud attach\r\n";
  int saved = errno;
  if (crash.fd >= 0) {
    int is_quit = signal_number == SIGQUIT;
    ssize_t ignored = write(crash.fd, crash.restore, crash.length);
    tcsetattr(crash.fd, TCSANOW, &crash.settings);
    ignored = write(crash.fd, is_quit ? left : word, (is_quit ? sizeof left : sizeof word) - 1);
    (void)ignored;
    crash.fd = -1;
  }
  errno = saved;
  raise(signal_number); /* SA_RESETHAND: the default action now */
}

static void on_asking(int signal_number) { crash.leave = signal_number; }
static void on_continue(int signal_number) {
  (void)signal_number;
  crash.is_lost = 1;
}
static void on_resize(int signal_number) {
  crash.is_lost = 1; /* of a size and the old one again, both gone by, ncurses may see nothing; the terminal has cut its text */
  curses_resize.sa_handler(signal_number);
}

static void append_restore(const char *text) {
  if (!text || text == (const char *)-1) return;
  for (; *text && crash.length < sizeof crash.restore; text++) {
    if (text[0] == '$' && text[1] == '<') { /* padding of old terminals: skipped */
      const char *end = strchr(text, '>');
      if (end) text = end;
      continue;
    }
    crash.restore[crash.length++] = *text;
  }
}

static void prepare_restore(void) {
  static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
  crash.length = 0;
  append_restore("\033[?2026l\033[?1000l\033[?1002l\033[?1003l\033[?1006l");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) append_restore(tigetstr(names[i]));
}

static void install_handlers(terminal *t) {
  stack_t stack = {.ss_sp = stack_of_handler, .ss_size = sizeof stack_of_handler};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
  sigfillset(&action.sa_mask);
  for (int i = 0; i < FATAL; i++) sigdelset(&action.sa_mask, fatal[i]);
  for (int i = 0; i < FATAL; i++) sigaction(fatal[i], &action, old_fatal + i);
  action = (struct sigaction){.sa_handler = on_asking};
  for (int i = 0; i < ASKING; i++) sigaction(asking[i], &action, old_asking + i);
  action.sa_handler = on_continue;
  sigaction(SIGCONT, &action, &old_continue);
  sigset_t blocked;
  sigemptyset(&blocked);
  for (int i = 0; i < ASKING; i++) sigaddset(&blocked, asking[i]);
  sigaddset(&blocked, SIGCONT);
  sigaddset(&blocked, SIGTSTP);
  sigaddset(&blocked, SIGWINCH);
  sigprocmask(SIG_BLOCK, &blocked, &t->before);
  t->waiting = t->before;
  for (int i = 0; i < ASKING; i++) sigdelset(&t->waiting, asking[i]);
  sigdelset(&t->waiting, SIGCONT);
  sigdelset(&t->waiting, SIGTSTP);
  sigdelset(&t->waiting, SIGWINCH);
}

/* Behind ncurses' own, which newterm has installed. */
static void install_resize_handler(void) {
  if (sigaction(SIGWINCH, NULL, &curses_resize) != 0 || (curses_resize.sa_flags & SA_SIGINFO) || curses_resize.sa_handler == SIG_DFL ||
      curses_resize.sa_handler == SIG_IGN)
    return;
  struct sigaction action = curses_resize;
  action.sa_handler = on_resize;
  sigaction(SIGWINCH, &action, NULL);
}

static void remove_handlers(terminal *t) {
  for (int i = 0; i < FATAL; i++) sigaction(fatal[i], old_fatal + i, NULL);
  for (int i = 0; i < ASKING; i++) sigaction(asking[i], old_asking + i, NULL);
  sigaction(SIGCONT, &old_continue, NULL);
  sigprocmask(SIG_SETMASK, &t->before, NULL);
  sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}

/* ---- Colours ---------------------------------------------------------------------------------------------- */

const char *const palette_names[PALETTES] = {"safe", "light", "classic", "mono"};

/* How a style looks: a colour of 256, one of 8 (-1: the terminal's own), bold where the 8 are too few or none. Bold and
 * dim carry what they can where there is no colour at all. */
typedef struct look {
  short of_256, of_8;
  attr_t bold;
} look;

enum { FIRST_LINE = STYLE_FIRST, LINES_AND_BANDS = 12 };
static const look looks[STYLES] = {
    [STYLE_PLAIN] = {-1, -1, 0},
    [STYLE_DIM] = {245, -1, A_DIM},
    [STYLE_STRONG] = {-1, -1, A_BOLD},
    [STYLE_TITLE] = {110, COLOR_CYAN, 0},
    [STYLE_FRAME] = {240, -1, A_DIM},
    [STYLE_KEY] = {215, COLOR_YELLOW, A_BOLD},
    [STYLE_RUNNING] = {78, COLOR_GREEN, A_BOLD},
    [STYLE_PAUSED] = {220, COLOR_YELLOW, A_BOLD},
    [STYLE_QUEUED] = {245, -1, 0},
    [STYLE_DONE] = {75, COLOR_CYAN, A_BOLD},
    [STYLE_FAILED] = {203, COLOR_RED, A_BOLD},
    [STYLE_BAR] = {75, COLOR_CYAN, 0},
    [STYLE_TROUGH] = {238, -1, A_DIM},
    [STYLE_ALERT] = {203, COLOR_RED, A_BOLD},
    [STYLE_MATCH] = {220, COLOR_YELLOW, A_BOLD},
};

/* The colours of 256 for what is no line, where the background is light. */
static const short on_light[FIRST_LINE] = {
    [STYLE_PLAIN] = -1,  [STYLE_DIM] = 243,    [STYLE_STRONG] = -1,  [STYLE_TITLE] = 25, [STYLE_FRAME] = 248,
    [STYLE_KEY] = 130,   [STYLE_RUNNING] = 28, [STYLE_PAUSED] = 130, [STYLE_QUEUED] = 243, [STYLE_DONE] = 25,
    [STYLE_FAILED] = 160, [STYLE_BAR] = 67,    [STYLE_TROUGH] = 252, [STYLE_ALERT] = 160, [STYLE_MATCH] = 130,
};

/* Lines and their bands, a to f. safe: Okabe and Ito's colours (2008), told apart by eyes of every kind; light: the same
 * for a light background; classic: red, green and the others; mono: none. */
static const look lines_of[PALETTES][LINES_AND_BANDS] = {
    {{75, COLOR_CYAN, A_BOLD}, {214, COLOR_YELLOW, A_BOLD}, {36, COLOR_GREEN, A_BOLD}, {175, COLOR_MAGENTA, A_BOLD},
     {227, COLOR_WHITE, A_BOLD}, {166, COLOR_RED, A_BOLD},
     {61, COLOR_BLUE, 0}, {136, COLOR_YELLOW, 0}, {29, COLOR_GREEN, 0}, {96, COLOR_MAGENTA, 0}, {143, COLOR_WHITE, 0}, {130, COLOR_RED, 0}},
    {{25, COLOR_BLUE, A_BOLD}, {166, COLOR_RED, A_BOLD}, {29, COLOR_GREEN, A_BOLD}, {132, COLOR_MAGENTA, A_BOLD},
     {136, COLOR_YELLOW, A_BOLD}, {88, COLOR_BLACK, A_BOLD},
     {74, COLOR_CYAN, 0}, {180, COLOR_RED, 0}, {72, COLOR_GREEN, 0}, {175, COLOR_MAGENTA, 0}, {179, COLOR_YELLOW, 0}, {138, COLOR_BLACK, 0}},
    {{46, COLOR_GREEN, A_BOLD}, {196, COLOR_RED, A_BOLD}, {39, COLOR_CYAN, A_BOLD}, {226, COLOR_YELLOW, A_BOLD},
     {201, COLOR_MAGENTA, A_BOLD}, {255, COLOR_WHITE, A_BOLD},
     {28, COLOR_GREEN, 0}, {88, COLOR_RED, 0}, {24, COLOR_CYAN, 0}, {100, COLOR_YELLOW, 0}, {90, COLOR_MAGENTA, 0}, {248, COLOR_WHITE, 0}},
    {{-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD}, {-1, -1, A_BOLD},
     {-1, -1, A_DIM}, {-1, -1, A_DIM}, {-1, -1, A_DIM}, {-1, -1, A_DIM}, {-1, -1, A_DIM}, {-1, -1, A_DIM}},
};
static const struct { short selected, tint; } backgrounds[PALETTES] = {{236, 235}, {253, 254}, {236, 235}, {-1, -1}};
enum { PALETTE_LIGHT = 1, PALETTE_MONO = 3 };

static look look_of(unsigned style, int palette) {
  if (style >= FIRST_LINE) return lines_of[palette][style - FIRST_LINE];
  look l = looks[style];
  if (palette == PALETTE_LIGHT) l.of_256 = on_light[style];
  if (palette == PALETTE_MONO) l.of_256 = l.of_8 = -1;
  return l;
}

static void fill_pairs(const terminal *t, int palette) {
  for (short i = 0; i < STYLES; i++) {
    look l = look_of((unsigned)i, palette);
    short colour = t->colours >= 256 ? l.of_256 : l.of_8;
    init_pair((short)(i + 1), colour, -1);
    if (t->colours < 256) continue;
    init_pair((short)(i + 1 + STYLES), colour, backgrounds[palette].selected);
    init_pair((short)(i + 1 + 2 * STYLES), colour, backgrounds[palette].tint);
  }
}

static void start_colours(terminal *t) {
  const char *no_colour = getenv("NO_COLOR");
  if ((no_colour && *no_colour) || !has_colors() || start_color() != OK || COLOR_PAIRS < STYLES + 1) return;
  use_default_colors();
  t->has_colour = 1;
  t->colours = COLOR_PAIRS > 3 * STYLES ? COLORS : 8;
  fill_pairs(t, 0);
}

void terminal_set_palette(terminal *t, int palette) {
  if (palette < 0 || palette >= PALETTES || palette == t->palette) return;
  t->palette = palette;
  t->is_known = 0;
  if (t->has_colour) fill_pairs(t, palette);
}

int terminal_is_tinted(const terminal *t) { return t->has_colour && t->colours >= 256 && t->palette != PALETTE_MONO; }

static void set_cell(const terminal *t, const frame_cell *cell, cchar_t *out) {
  unsigned style = cell->style & (unsigned)~(STYLE_SELECTED | STYLE_TINTED);
  int is_selected = (cell->style & STYLE_SELECTED) != 0, is_tinted = (cell->style & STYLE_TINTED) != 0;
  attr_t attributes = look_of(style, t->palette).bold;
  int many = t->has_colour && t->colours >= 256, ground = !many ? 0 : is_selected ? 1 : is_tinted ? 2 : 0;
  short pair = t->has_colour ? (short)((int)style + 1 + ground * STYLES) : 0;
  if (many && t->palette != PALETTE_MONO) attributes &= ~(attr_t)A_DIM; /* the colour itself is dim */
  if (is_selected) attributes = (attributes | A_BOLD) & ~(attr_t)A_DIM;
  wchar_t text[2] = {(wchar_t)cell->glyph, 0};
  setcchar(out, text, attributes, pair, NULL);
}

/* ---- Opening and closing --------------------------------------------------------------------------------- */

/* The terminal's name: its richer sister, where COLORTERM says that it has the colours and that one is known. */
static const char *name_of_terminal(char *richer, size_t size) {
  const char *term = getenv("TERM"), *colours = getenv("COLORTERM");
  int error_code;
  if (!term || !colours || !*colours || strstr(term, "256color") || strstr(term, "direct")) return term;
  snprintf(richer, size, "%s-256color", term);
  if (setupterm(richer, 1, &error_code) != OK) return term;
  del_curterm(cur_term);
  return richer;
}

static enum glyph_tier tier_for(enum glyph_tier wished) {
  setlocale(LC_ALL, "");
  int is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (wished == GLYPHS_AUTO) return is_utf8 ? GLYPHS_BRAILLE : GLYPHS_ASCII;
  if (wished != GLYPHS_ASCII && !is_utf8) setlocale(LC_CTYPE, "C.UTF-8"); /* asked for: taken at the word */
  return wished;
}

int tui_possible(void) {
  const char *term = getenv("TERM");
  int error_code, fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return 0;
  int is_usable = term && *term && setupterm(term, fd, &error_code) == OK && tigetstr("cup") > (char *)0;
  if (cur_term) del_curterm(cur_term);
  close(fd);
  return is_usable;
}

static int fail(terminal *t, baud_error *error, const char *why) {
  if (t->tty) fclose(t->tty);
  free(t);
  return error_set(error, BAUD_EUNSUP, "the dashboard cannot be shown: %s; baud watch prints line by line instead",
                   why);
}

int terminal_open(terminal **out, enum glyph_tier wished, int with_mouse, baud_error *error) {
  char richer[80];
  terminal *t = calloc(1, sizeof *t);
  if (!t) return error_set(error, BAUD_ENOMEM, "no memory for the screen");
  t->tier = tier_for(wished);
  t->tty = fopen("/dev/tty", "r+e");
  if (!t->tty) return fail(t, error, "there is no terminal");
  if (!tui_possible()) return fail(t, error, "the terminal (TERM) is unknown or cannot place its cursor");
  t->fd = fileno(t->tty);
  tcgetattr(t->fd, &crash.settings);
  install_handlers(t);
  t->screen = newterm(name_of_terminal(richer, sizeof richer), t->tty, t->tty);
  if (!t->screen) {
    remove_handlers(t);
    return fail(t, error, "the terminal (TERM) is unknown");
  }
  install_resize_handler();
  prepare_restore();
  crash.leave = 0;
  crash.fd = t->fd;
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  start_colours(t);
  curs_set(0);
  leaveok(stdscr, FALSE);
  if (with_mouse) {
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
  }
  *out = t;
  return 0;
}

int terminal_close(terminal *t) {
  if (!t) return 0;
  int asked = crash.leave;
  endwin();
  crash.fd = -1;
  remove_handlers(t);
  delscreen(t->screen);
  fclose(t->tty);
  frame_free(&t->shown);
  free(t);
  return asked;
}

enum glyph_tier terminal_tier(const terminal *t) { return t->tier; }

int terminal_descriptor(const terminal *t) { return t->fd; }

void terminal_size(const terminal *t, int *width, int *height) {
  (void)t;
  getmaxyx(stdscr, *height, *width);
}

/* Writes the cells of one row that differ; returns whether there were any. */
static int show_row(terminal *t, const frame *f, int y) {
  const frame_cell *fresh = f->cells + (size_t)y * (size_t)f->width;
  frame_cell *old = t->shown.cells + (size_t)y * (size_t)f->width;
  if (t->is_known && memcmp(fresh, old, (size_t)f->width * sizeof *fresh) == 0) return 0;
  for (int x = 0; x < f->width; x++) {
    cchar_t cell;
    if (fresh[x].glyph == 0 || (t->is_known && memcmp(fresh + x, old + x, sizeof *fresh) == 0)) continue;
    set_cell(t, fresh + x, &cell);
    mvadd_wch(y, x, &cell);
  }
  memcpy(old, fresh, (size_t)f->width * sizeof *fresh);
  return 1;
}

void terminal_show(terminal *t, const frame *f) {
  static const char begin[] = "\033[?2026h", end[] = "\033[?2026l"; /* one frame, all at once, where it is known */
  int is_changed = 0;
  if (f->width != t->shown.width || f->height != t->shown.height || f->cursor_x < 0 || !t->shown.cells) {
    t->is_known = 0;
    if (frame_resize(&t->shown, f->width, f->height) != 0) return;
    if (f->cursor_x < 0) clearok(curscr, TRUE);
    erase();
  }
  for (int y = 0; y < f->height; y++) is_changed |= show_row(t, f, y);
  is_changed |= t->shown.cursor_x != f->cursor_x || t->shown.cursor_y != f->cursor_y;
  t->is_known = 1;
  t->shown.cursor_x = f->cursor_x;
  t->shown.cursor_y = f->cursor_y;
  if (!is_changed) return;
  move(f->cursor_y, f->cursor_x < 0 ? 0 : f->cursor_x);
  wnoutrefresh(stdscr);
  ssize_t ignored = write(t->fd, begin, sizeof begin - 1);
  doupdate();
  ignored = write(t->fd, end, sizeof end - 1);
  (void)ignored;
}

int terminal_wait(terminal *t, double seconds, const int *others, int n) {
  struct pollfd in[1 + TERMINAL_OTHERS] = {{.fd = t->fd, .events = POLLIN}};
  if (seconds < 0) seconds = 0;
  for (int i = 0; i < n && i < TERMINAL_OTHERS; i++) in[1 + i] = (struct pollfd){.fd = others[i], .events = POLLIN};
  struct timespec limit = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  int got = ppoll(in, (nfds_t)(1 + (n < TERMINAL_OTHERS ? n : TERMINAL_OTHERS)), &limit, &t->waiting);
  if (got > 0 && (in[0].revents & (POLLHUP | POLLERR))) crash.leave = crash.leave ? crash.leave : SIGHUP;
  if (crash.is_lost) {
    crash.is_lost = 0;
    t->is_known = 0;
    clearok(curscr, TRUE);
  }
  return crash.leave;
}

int terminal_key(terminal *t, int *x, int *y) {
  (void)t;
  int code = getch();
  if (code == ERR) return TERMINAL_NO_KEY;
  if (code == KEY_RESIZE) return TERMINAL_RESIZED;
  if (code != KEY_MOUSE) return code;
  MEVENT event;
  if (getmouse(&event) != OK) return TERMINAL_NO_KEY;
  *x = event.x;
  *y = event.y;
  return event.bstate & BUTTON4_PRESSED ? TERMINAL_WHEEL_UP : event.bstate & BUTTON5_PRESSED ? TERMINAL_WHEEL_DOWN
       : TERMINAL_CLICK;
}

void terminal_copy(terminal *t, const char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char out[4096 + 16];
  size_t n = strlen(text), used = (size_t)sprintf(out, "\033]52;c;");
  for (size_t i = 0; i < n && used + 8 < sizeof out; i += 3) {
    unsigned byte[3] = {0};
    for (size_t k = 0; k < 3 && i + k < n; k++) byte[k] = (unsigned char)text[i + k];
    unsigned bits = byte[0] << 16 | byte[1] << 8 | byte[2];
    for (int k = 0; k < 4; k++) out[used++] = i + (size_t)k > n ? '=' : digits[bits >> (18 - 6 * k) & 63];
  }
  used += (size_t)sprintf(out + used, "\a");
  ssize_t ignored = write(t->fd, out, used);
  (void)ignored;
}
