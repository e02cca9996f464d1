/* product.c - products of matrices, cut up by shape.
 *
 * A tile is some rows by some vectors of columns that stays in registers while k runs; it reads its left matrix element by
 * element and its right one vector by vector, so the right one has to have columns side by side: weights stored
 * [in][out] do, when going forward and for their own gradient. The ways, by what they were measured to be best at:
 *   tiles          what is left, straight from the matrices; few rows take more columns a tile
 *   packed tiles   the right matrix lies transposed, or there are many rows and it would not stay in the first-level
 *                  cache: it is packed, block by block, and a transposed left matrix with it
 *   outer          k <= 4: the gradient of one row's, or a few rows', weights; each element of c is touched once
 *   dot            the right matrix lies transposed and there are few rows: a row's gradient through a layer
 *   narrow         n <= 4 and few gradients: a head of one value or some actions; the right matrix is transposed first
 *   tall           n <= 6 from a transposed left matrix: such a head's gradient, computed transposed
 * Tiles sum over k in order, in one accumulator, however they are cut; narrow ones a vector at a time, which is for n and
 * k alone to decide: so a row of a forward pass never depends on the number of rows.
 */
#include "vector.h"

enum { TILE_ROWS = 6, PANEL = 2 * LANES, PANELS = 8, STRIPS = 8, CHUNK = 128, NARROW = 4, FEW = 10, MANY = 24, CACHED = 8192 };

/* ---- A tile ------------------------------------------------------------------------------------------------- */

typedef struct task { /* c [..][..] = start + a b over k; start null: 0, start_row 0: the same for all rows */
  nn_matrix a;
  const nn_real *b, *start;
  nn_real *c;
  size_t k, b_row, start_row, c_row;
} task;

INLINED void tile(const task *w, size_t rows, size_t vectors) {
  vector sum[TILE_ROWS][8];
  UNROLLED for (size_t i = 0; i < rows; i++) {
    UNROLLED for (size_t j = 0; j < vectors; j++)
      sum[i][j] = w->start ? load(w->start + i * w->start_row + j * LANES) : all(0);
  }
  const nn_real *a = w->a.x, *b = w->b;
  for (size_t l = 0; l < w->k; l++, a += w->a.col, b += w->b_row) {
    vector right[8];
    UNROLLED for (size_t j = 0; j < vectors; j++) right[j] = load(b + j * LANES);
    UNROLLED for (size_t i = 0; i < rows; i++) {
      vector left = all(a[i * w->a.row]);
      UNROLLED for (size_t j = 0; j < vectors; j++) sum[i][j] += left * right[j];
    }
  }
  UNROLLED for (size_t i = 0; i < rows; i++) {
    UNROLLED for (size_t j = 0; j < vectors; j++) store(w->c + i * w->c_row + j * LANES, sum[i][j]);
  }
}

typedef void tile_function(const task *w);
#define TILE(rows, vectors) \
  static void tile_##rows##_##vectors(const task *w) { tile(w, rows, vectors); }
TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
TILE(1, 4) TILE(2, 4) TILE(3, 4)
TILE(1, 8)
static tile_function *const tiles_1[] = { NULL, tile_1_1, tile_2_1, tile_3_1, tile_4_1, tile_5_1, tile_6_1 };
static tile_function *const tiles_2[] = { NULL, tile_1_2, tile_2_2, tile_3_2, tile_4_2, tile_5_2, tile_6_2 };
static tile_function *const tiles_4[] = { NULL, tile_1_4, tile_2_4, tile_3_4 };
static tile_function *const tiles_8[] = { NULL, tile_1_8 };

/* A tile of fewer columns than its vectors have, by way of a full one. */
static void tile_partly(tile_function *function, const task *w, size_t rows, size_t cols) {
  nn_real full[TILE_ROWS * PANEL] = { 0 };
  task whole = *w;
  for (size_t i = 0; w->start && i < rows; i++)
    for (size_t j = 0; j < cols; j++) full[i * PANEL + j] = w->start[i * w->start_row + j];
  whole.start = whole.c = full;
  whole.start_row = whole.c_row = PANEL;
  function(&whole);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) w->c[i * w->c_row + j] = full[i * PANEL + j];
}

/* ---- Tiles over a product ------------------------------------------------------------------------------------- */

typedef struct product_of { /* c [m][n] = bias or c + a b */
  nn_matrix a, b;
  const nn_real *bias;
  nn_real *c;
  size_t m, n, k, c_row;
  int adds;
} product_of;

static task task_at(const product_of *p, size_t i, size_t j, size_t l, size_t k) {
  nn_real *c = p->c + i * p->c_row + j;
  int goes_on = p->adds || l > 0;
  return (task){ { p->a.x + i * p->a.row + l * p->a.col, p->a.row, p->a.col },
                 p->b.x + l * p->b.row + j * p->b.col,
                 goes_on ? c : p->bias ? p->bias + j : NULL,
                 c, k, p->b.row, goes_on ? p->c_row : 0, p->c_row };
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Rows of the next tile, when `left` rows are to be cut into as few and as equal ones as can be. */
static size_t rows_of(size_t left) {
  size_t tiles = (left + TILE_ROWS - 1) / TILE_ROWS;
  return (left + tiles - 1) / tiles;
}

static void run_tile(const task *w, size_t rows, size_t cols) {
  tile_function *function = (cols <= LANES ? tiles_1 : tiles_2)[rows];
  if (cols == LANES || cols == PANEL) function(w);
  else tile_partly(function, w, rows, cols);
}

/* Columns j .. of k rows from l on, all rows of the product: straight from the right matrix. */
static void plain_columns(const product_of *p, size_t j, size_t cols, size_t l, size_t k, const nn_real *packed) {
  for (size_t i = 0, rows; i < p->m; i += rows) {
    rows = rows_of(p->m - i);
    task w = task_at(p, i, j, l, k);
    if (packed) w.b = packed, w.b_row = LANES;
    run_tile(&w, rows, cols);
  }
}

/* Straight from a right matrix whose columns lie side by side and which stays in the cache; what is left of its
 * columns, fewer than a vector, is packed. */
static void by_plain_tiles(const product_of *p) {
  _Alignas(64) nn_real rest[CHUNK * LANES];
  size_t wide = 0;
  for (; p->m == 1 && wide + 8 * LANES <= p->n; wide += 8 * LANES) { /* few rows: wide tiles */
    task w = task_at(p, 0, wide, 0, p->k);
    tiles_8[1](&w);
  }
  for (; p->m <= 3 && wide + 4 * LANES <= p->n; wide += 4 * LANES) {
    task w = task_at(p, 0, wide, 0, p->k);
    tiles_4[p->m](&w);
  }
  for (size_t l = 0; wide < p->n && l < p->k; l += CHUNK) {
    size_t k = smaller(p->k - l, CHUNK), j = wide;
    for (; j + PANEL <= p->n; j += PANEL) plain_columns(p, j, PANEL, l, k, NULL);
    if (j + LANES <= p->n) plain_columns(p, j, LANES, l, k, NULL), j += LANES;
    if (j == p->n) continue;
    for (size_t x = 0; x < k; x++)
      for (size_t y = 0; y < LANES; y++) rest[x * LANES + y] = j + y < p->n ? p->b.x[(l + x) * p->b.row + j + y] : 0;
    plain_columns(p, j, p->n - j, l, k, rest);
  }
}

/* ---- Packing ---------------------------------------------------------------------------------------------------- */

/* to [LANES][to_row] <- from [LANES][from_row] transposed */
INLINED void transpose(const nn_real *from, size_t from_row, nn_real *to, size_t to_row) {
#if NN_VECTOR_BYTES == 32 && !defined NN_DOUBLE
  __m256 r[8], s[8];
  UNROLLED for (size_t i = 0; i < 8; i++) r[i] = (__m256)load(from + i * from_row);
  UNROLLED for (size_t i = 0; i < 8; i += 2) {
    s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  UNROLLED for (size_t i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(s[i], s[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(s[i], s[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0xee);
  }
  UNROLLED for (size_t i = 0; i < 4; i++) {
    store(to + i * to_row, (vector)_mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    store(to + (i + 4) * to_row, (vector)_mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
#else
  for (size_t i = 0; i < LANES; i++)
    for (size_t j = 0; j < LANES; j++) to[j * to_row + i] = from[i * from_row + j];
#endif
}

/* panel [k][PANEL] <- rows of x, `row` apart; cols of them, the rest 0 */
static void pack_rows(nn_real *panel, const nn_real *x, size_t row, size_t k, size_t cols) {
  for (size_t i = 0; i < k; i++, x += row, panel += PANEL) {
    if (cols == PANEL) {
      store(panel, load(x));
      store(panel + LANES, load(x + LANES));
    } else {
      for (size_t j = 0; j < PANEL; j++) panel[j] = j < cols ? x[j] : 0;
    }
  }
}

/* panel [k][PANEL] <- x [cols][k] transposed, x's rows `col` apart, the rest 0 */
static void pack_columns(nn_real *panel, const nn_real *x, size_t col, size_t k, size_t cols) {
  size_t c = 0;
  for (; c + LANES <= cols; c += LANES) {
    size_t i = 0;
    for (; i + LANES <= k; i += LANES) transpose(x + c * col + i, col, panel + i * PANEL + c, PANEL);
    for (; i < k; i++)
      for (size_t y = 0; y < LANES; y++) panel[i * PANEL + c + y] = x[(c + y) * col + i];
  }
  for (; c < cols; c++)
    for (size_t i = 0; i < k; i++) panel[i * PANEL + c] = x[c * col + i];
  for (; c < PANEL; c++)
    for (size_t i = 0; i < k; i++) panel[i * PANEL + c] = 0;
}

static void pack(nn_real *panel, const nn_matrix *b, size_t l, size_t k, size_t j, size_t cols) {
  const nn_real *x = b->x + l * b->row + j * b->col;
  if (b->col == 1) pack_rows(panel, x, b->row, k, cols);
  else if (b->row == 1) pack_columns(panel, x, b->col, k, cols);
  else
    for (size_t i = 0; i < k; i++)
      for (size_t c = 0; c < PANEL; c++) panel[i * PANEL + c] = c < cols ? x[i * b->row + c * b->col] : 0;
}

/* Some tiles' rows of a transposed left matrix, strip after strip, [k][rows of the tile]. */
typedef struct strips {
  _Alignas(64) nn_real x[STRIPS][CHUNK * TILE_ROWS + LANES];
  size_t first[STRIPS], rows[STRIPS], n;
} strips;

static void cut_strips(strips *s, const product_of *p, size_t i) {
  for (s->n = 0; s->n < STRIPS && i < p->m; i += s->rows[s->n++]) {
    s->first[s->n] = i;
    s->rows[s->n] = rows_of(p->m - i);
  }
}

/* Row by row, since a row's strips lie side by side; a vector at a time where that reads nothing beyond the matrix, what
 * is too much being written over by the next row. */
static void pack_strips(strips *s, const product_of *p, size_t l, size_t k) {
  for (size_t y = 0; y < k; y++) {
    const nn_real *x = p->a.x + (l + y) * p->a.col;
    for (size_t i = 0; i < s->n; i++) {
      nn_real *to = s->x[i] + y * s->rows[i];
      if ((size_t)LANES >= TILE_ROWS && s->first[i] + LANES <= p->m) store(to, load(x + s->first[i]));
      else
        for (size_t r = 0; r < s->rows[i]; r++) to[r] = x[s->first[i] + r];
    }
  }
}

/* Blocks of PANELS packed panels, k in chunks; the rows go over a block, panel by panel. */
static void by_packed_tiles(const product_of *p) {
  _Alignas(64) nn_real block[PANELS * CHUNK * PANEL];
  strips s;
  int packs_left = p->a.col != 1;
  for (size_t j = 0; j < p->n; j += PANELS * PANEL)
    for (size_t l = 0; l < p->k; l += CHUNK) {
      size_t k = smaller(p->k - l, CHUNK), end = smaller(p->n, j + PANELS * PANEL);
      for (size_t c = j; c < end; c += PANEL) pack(block + (c - j) * CHUNK, &p->b, l, k, c, smaller(p->n - c, PANEL));
      for (size_t i = 0; i < p->m; i = s.first[s.n - 1] + s.rows[s.n - 1]) {
        cut_strips(&s, p, i);
        if (packs_left) pack_strips(&s, p, l, k);
        for (size_t v = 0; v < s.n; v++)
          for (size_t c = j; c < end; c += PANEL) {
            task w = task_at(p, s.first[v], c, l, k);
            if (packs_left) w.a = (nn_matrix){ s.x[v], 1, s.rows[v] };
            w.b = block + (c - j) * CHUNK, w.b_row = PANEL;
            size_t cols = smaller(p->n - c, PANEL);
            if (cols == PANEL) tiles_2[s.rows[v]](&w);
            else tile_partly(tiles_2[s.rows[v]], &w, s.rows[v], cols);
          }
      }
    }
}

static void by_tiles(const product_of *p) {
  if (p->b.col == 1 && (p->m < MANY || p->n <= 4 * PANEL || p->k * p->n <= CACHED)) by_plain_tiles(p);
  else by_packed_tiles(p);
}

/* ---- Small k: c += a b, touching c once ------------------------------------------------------------------------ */

INLINED void outer_of(const product_of *p, size_t k) {
  for (size_t i = 0; i < p->m; i++) {
    nn_real left[4], *c = p->c + i * p->c_row;
    UNROLLED for (size_t l = 0; l < k; l++) left[l] = p->a.x[i * p->a.row + l * p->a.col];
    size_t j = 0;
    for (; j + LANES <= p->n; j += LANES) {
      vector sum = load(c + j);
      UNROLLED for (size_t l = 0; l < k; l++) sum += all(left[l]) * load(p->b.x + l * p->b.row + j);
      store(c + j, sum);
    }
    for (; j < p->n; j++) {
      UNROLLED for (size_t l = 0; l < k; l++) c[j] += left[l] * p->b.x[l * p->b.row + j];
    }
  }
}

static void by_outer(const product_of *p) {
  switch (p->k) {
  case 1: outer_of(p, 1); break;
  case 2: outer_of(p, 2); break;
  case 3: outer_of(p, 3); break;
  default: outer_of(p, 4);
  }
}

/* ---- Dot products --------------------------------------------------------------------------------------------- */

/* The sums of four vectors each, side by side. */
INLINED void sums_of_four(const vector v[4], nn_real sums[4]) {
#if NN_VECTOR_BYTES == 32 && !defined NN_DOUBLE
  __m256 low = _mm256_hadd_ps((__m256)v[0], (__m256)v[1]), high = _mm256_hadd_ps((__m256)v[2], (__m256)v[3]);
  __m256 x = _mm256_hadd_ps(low, high);
  _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)));
#else
  for (int i = 0; i < 4; i++) sums[i] = sum_of(v[i]);
#endif
}

/* sums[4] = x . four rows of a, a_row apart */
INLINED void dot_four(const nn_real *x, const nn_real *a, size_t a_row, size_t k, nn_real sums[4]) {
  vector sum[4] = { all(0), all(0), all(0), all(0) };
  size_t l = 0;
  for (; l + LANES <= k; l += LANES) {
    vector left = load(x + l);
    UNROLLED for (size_t i = 0; i < 4; i++) sum[i] += left * load(a + i * a_row + l);
  }
  if (l < k) {
    vector left = load_part(x + l, k - l);
    UNROLLED for (size_t i = 0; i < 4; i++) sum[i] += left * load_part(a + i * a_row + l, k - l);
  }
  sums_of_four(sum, sums);
}

INLINED nn_real dot_one(const nn_real *x, const nn_real *a, size_t k) {
  vector sum = all(0);
  size_t l = 0;
  for (; l + LANES <= k; l += LANES) sum += load(x + l) * load(a + l);
  if (l < k) sum += load_part(x + l, k - l) * load_part(a + l, k - l);
  nn_real four[4];
  vector lanes[4] = { sum, all(0), all(0), all(0) }; /* summed as dot_four does */
  sums_of_four(lanes, four);
  return four[0];
}

static void dots(const nn_real *x, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    nn_real sums[4];
    dot_four(x, a + i * a_row, a_row, k, sums);
    for (size_t j = 0; j < 4; j++) y[i + j] = scale * sums[j];
  }
  for (; i < n; i++) y[i] = scale * dot_one(x, a + i * a_row, k);
}

/* c (+)= a b where both have k side by side: b's column j is a row of what it was made from. */
static void by_dots(const product_of *p) {
  for (size_t i = 0; i < p->m; i++) {
    const nn_real *x = p->a.x + i * p->a.row;
    nn_real *c = p->c + i * p->c_row;
    size_t j = 0;
    for (; j + 4 <= p->n; j += 4) {
      nn_real sums[4];
      dot_four(x, p->b.x + j * p->b.col, p->b.col, p->k, sums);
      for (size_t l = 0; l < 4; l++) c[j + l] = p->adds ? c[j + l] + sums[l] : sums[l];
    }
    for (; j < p->n; j++) {
      nn_real sum = dot_one(x, p->b.x + j * p->b.col, p->k);
      c[j] = p->adds ? c[j] + sum : sum;
    }
  }
}

/* ---- Narrow: n <= NARROW columns of b, transposed into rows ----------------------------------------------------- */

INLINED void narrow_rows(const product_of *p, const nn_real *b, size_t l, size_t k, size_t n) {
  size_t whole = k / LANES * LANES;
  for (size_t i = 0; i < p->m; i++) {
    const nn_real *a = p->a.x + i * p->a.row + l;
    vector sum[NARROW];
    UNROLLED for (size_t j = 0; j < NARROW; j++) sum[j] = all(0);
    for (size_t x = 0; x < whole; x += LANES) {
      vector left = load(a + x);
      UNROLLED for (size_t j = 0; j < n; j++) sum[j] += left * load(b + j * CHUNK + x);
    }
    if (whole < k) {
      vector left = load_part(a + whole, k - whole);
      UNROLLED for (size_t j = 0; j < n; j++) sum[j] += left * load(b + j * CHUNK + whole);
    }
    nn_real sums[4], *c = p->c + i * p->c_row;
    sums_of_four(sum, sums);
    UNROLLED for (size_t j = 0; j < n; j++) {
      nn_real start = p->adds || l > 0 ? c[j] : p->bias ? p->bias[j] : 0;
      c[j] = start + sums[j];
    }
  }
}

static void by_narrow(const product_of *p) {
  _Alignas(64) nn_real b[NARROW * CHUNK];
  for (size_t l = 0; l < p->k; l += CHUNK) {
    size_t k = p->k - l < CHUNK ? p->k - l : CHUNK, padded = (k + LANES - 1) / LANES * LANES;
    for (size_t j = 0; j < p->n; j++) {
      for (size_t x = 0; x < k; x++) b[j * CHUNK + x] = p->b.x[(l + x) * p->b.row + j * p->b.col];
      for (size_t x = k; x < padded; x++) b[j * CHUNK + x] = 0;
    }
    switch (p->n) {
    case 1: narrow_rows(p, b, l, k, 1); break;
    case 2: narrow_rows(p, b, l, k, 2); break;
    case 3: narrow_rows(p, b, l, k, 3); break;
    default: narrow_rows(p, b, l, k, 4);
    }
  }
}

/* ---- Tall: c' = b' a', n <= TILE_ROWS, a' with its columns side by side ------------------------------------------- */

static void by_tall(const product_of *p) {
  enum { WIDE = 256 };
  nn_real across[TILE_ROWS * WIDE];
  for (size_t i = 0; i < p->m; i += WIDE) {
    size_t m = p->m - i < WIDE ? p->m - i : WIDE;
    product_of turned = { { p->b.x, p->b.col, p->b.row }, { p->a.x + i, p->a.col, 1 }, NULL, across, p->n, m, p->k, WIDE, 0 };
    by_tiles(&turned);
    for (size_t x = 0; x < m; x++)
      for (size_t j = 0; j < p->n; j++) {
        nn_real *c = p->c + (i + x) * p->c_row + j;
        *c = p->adds ? *c + across[j * WIDE + x] : across[j * WIDE + x];
      }
  }
}

static void product(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, const nn_real *bias, nn_real *c, size_t c_row,
                    int adds) {
  const product_of p = { a, b, bias, c, m, n, k, c_row, adds };
  if (a.col == 1 && b.row == 1 && b.col != 1 && m < FEW && k >= LANES && !bias) by_dots(&p);
  else if (a.row == 1 && a.col != 1 && n <= TILE_ROWS && m >= LANES && !bias) by_tall(&p);
  else if (k <= 4 && k > 0 && adds && b.col == 1) by_outer(&p);
  else if (a.col == 1 && n <= NARROW && k >= LANES) by_narrow(&p);
  else by_tiles(&p);
}

/* ---- For attention and fast weights ------------------------------------------------------------------------------- */

static void gather(const nn_real *w, const nn_real *a, size_t a_row, size_t n, size_t k, nn_real scale, nn_real *y) {
  size_t j = 0;
  for (; j + LANES <= k; j += LANES) {
    vector sum = load(y + j);
    for (size_t i = 0; i < n; i++) sum += all(scale * w[i]) * load(a + i * a_row + j);
    store(y + j, sum);
  }
  if (j == k) return;
  vector sum = load_part(y + j, k - j);
  for (size_t i = 0; i < n; i++) sum += all(scale * w[i]) * load_part(a + i * a_row + j, k - j);
  store_part(y + j, sum, k - j);
}

static void scatter(const nn_real *w, const nn_real *x, size_t n, size_t k, nn_real scale, nn_real *a, size_t a_row) {
  for (size_t i = 0; i < n; i++) {
    nn_real by = scale * w[i], *to = a + i * a_row;
    size_t j = 0;
    for (; j + LANES <= k; j += LANES) store(to + j, load(to + j) + all(by) * load(x + j));
    for (; j < k; j++) to[j] += by * x[j];
  }
}

static void column_sums(const nn_real *x, size_t rows, size_t cols, nn_real *sums) {
  size_t j = 0;
  for (; j + 4 * LANES <= cols; j += 4 * LANES) {
    vector sum[4];
    UNROLLED for (size_t v = 0; v < 4; v++) sum[v] = load(sums + j + v * LANES);
    for (size_t i = 0; i < rows; i++)
      UNROLLED for (size_t v = 0; v < 4; v++) sum[v] += load(x + i * cols + j + v * LANES);
    UNROLLED for (size_t v = 0; v < 4; v++) store(sums + j + v * LANES, sum[v]);
  }
  for (; j < cols; j++)
    for (size_t i = 0; i < rows; i++) sums[j] += x[i * cols + j];
}

const nn_product_kernels NN_KERNEL(product) = { product, dots, gather, scatter, column_sums };
