/* axis.c - 1-2-5 ticks: axis.h. */
#include "axis.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

double axis_step(double span, int ticks) {
  if (!(span > 0) || !isfinite(span)) return 1;
  if (ticks < 1) ticks = 1;
  double raw = span / ticks, power = pow(10, floor(log10(raw)));
  if (!(power > 0) || !isfinite(power)) return span; /* the smallest numbers have no tenth */
  static const double factors[] = {1, 2, 5, 10};
  for (int i = 0; i < 4; i++)
    if (factors[i] * power >= raw * (1 - 1e-9)) return factors[i] * power;
  return 10 * power;
}

static axis fit_linear(double low, double high, int ticks) {
  if (!isfinite(low) || !isfinite(high) || low > high) low = 0, high = 1;
  double largest = fmax(fabs(low), fabs(high));
  if (largest > 1e300) low = fmax(low, -1e300), high = fmin(high, 1e300);
  if (low > 0 && low <= high / 2) low = 0;
  if (high < 0 && high >= low / 2) high = 0;
  if (high - low <= largest * 1e-9) { /* a constant: the axis lies around it */
    double margin = largest > 1e-300 ? largest / 2 : 0.5;
    if (low > 0) low = 0, high += margin;
    else if (high < 0) low -= margin, high = 0;
    else low = 0, high = 1;
  }
  axis a = {AXIS_LINEAR, low, high, axis_step(high - low, ticks)};
  a.low = floor(low / a.step + 1e-9) * a.step;
  a.high = ceil(high / a.step - 1e-9) * a.step;
  if (!(a.high > a.low)) a.high = a.low + a.step;
  return a;
}

axis axis_fit(enum axis_kind kind, double low, double high, int ticks) {
  if (ticks < 2) ticks = 2;
  if (kind == AXIS_LINEAR || !(high > 1e-290) || !isfinite(high)) return fit_linear(low, high, ticks);
  double top = fmin(ceil(log10(high) - 1e-9), 300), foot = low > 0 ? floor(log10(low) + 1e-9) : top - 3;
  if (foot < top - 12) foot = top - 12;
  if (foot >= top) foot = top - 1;
  double decades = ceil((top - foot) / ticks);
  return (axis){AXIS_LOG, pow(10, foot), pow(10, top), pow(10, decades < 1 ? 1 : decades)};
}

int axis_ticks(const axis *a, double *at, int room) {
  int n = 0;
  if (a->kind == AXIS_LOG) {
    for (double tick = a->low; n < room && tick <= a->high * 1.0001; tick *= a->step) at[n++] = tick;
    return n;
  }
  for (; n < room; n++) {
    double tick = a->low + n * a->step;
    if (!(tick <= a->high + a->step * 1e-6)) break;
    at[n] = fabs(tick) < a->step * 1e-6 ? 0 : tick;
  }
  return n;
}

double axis_share(const axis *a, double value) {
  if (isnan(value)) return NAN;
  if (a->kind == AXIS_LOG) return value > 0 ? log10(value / a->low) / log10(a->high / a->low) : NAN;
  return (value - a->low) / (a->high - a->low);
}

/* "5e-4", "1.2e-3": with as many digits as tell it exactly, four at most. */
static void label_scientific(char *out, size_t size, double tick) {
  int exponent = (int)floor(log10(fabs(tick)) + 1e-9);
  double mantissa = tick / pow(10, exponent);
  int digits = 0;
  while (digits < 3 && fabs(mantissa - round(mantissa * pow(10, digits)) / pow(10, digits)) > 1e-6) digits++;
  snprintf(out, size, "%.*fe%d", digits, mantissa, exponent);
}

void axis_label(const axis *a, char *out, size_t size, double tick) {
  int decimals = a->step >= 1 ? 0 : (int)ceil(-log10(a->step) - 1e-9);
  int is_large = fmax(fabs(a->low), fabs(a->high)) >= 1e4;
  if (tick == 0 && (decimals > 3 || is_large)) snprintf(out, size, "0");
  else if (is_large || a->kind == AXIS_LOG) text_short(out, size, tick);
  else snprintf(out, size, "%.*f", decimals > 6 ? 6 : decimals, tick);
  if (strlen(out) > AXIS_LABEL && tick != 0) label_scientific(out, size, tick);
}
