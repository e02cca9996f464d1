/* embedding.c - a table's rows by index: one-hot times a matrix, without the product.
 */
#include "parts.h"

#include "baud/random.h"

nn_embedding_layer nn_embedding_declare(nn_layout *layout, const char *name, uint32_t categories, uint32_t cols) {
  return (nn_embedding_layer){ categories, cols, nn_declare(layout, name, categories, cols) };
}

void nn_embedding_normal(const nn_embedding_layer *layer, nn_real *theta, double deviation, uint64_t *random) {
  for (size_t i = 0; i < (size_t)layer->categories * layer->cols; i++)
    theta[layer->table + i] = (nn_real)(deviation * baud_normal(random));
}

typedef struct embedding_record {
  nn_record base;
  const int32_t *index;
  nn_real *d_table;
  size_t rows, cols;
} embedding_record;

static void embedding_back(nn_tape *t, nn_record *record) {
  const embedding_record *r = (const embedding_record *)record;
  (void)t;
  for (size_t i = 0; i < r->rows; i++)
    for (size_t j = 0; r->index[i] >= 0 && j < r->cols; j++)
      r->d_table[(size_t)r->index[i] * r->cols + j] += r->base.out->d[i * r->cols + j];
}

nn_value nn_embedding(nn_tape *t, const nn_embedding_layer *layer, const int32_t *index, uint32_t rows) {
  nn_real *y;
  nn_value out = nn_output(t, rows, layer->cols, nn_learns(t), &y);
  embedding_record *r = nn_record_push(t, sizeof *r, embedding_back, out);
  if (t->is_dry) return out;
  const nn_real *table = t->theta + layer->table;
  for (size_t i = 0; i < rows; i++) {
    assert(index[i] < (int32_t)layer->categories);
    if (index[i] < 0) memset(y + i * layer->cols, 0, layer->cols * sizeof *y);
    else memcpy(y + i * layer->cols, table + (size_t)index[i] * layer->cols, layer->cols * sizeof *y);
  }
  if (r) *r = (embedding_record){ r->base, index, t->gradient + layer->table, rows, layer->cols };
  return out;
}
