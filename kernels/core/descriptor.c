/* descriptor.c - benchdnn's problem descriptors, parsed and printed.
 * Source of the syntax: oneDNN, tests/benchdnn/doc/driver_conv.md and knobs_desc.md; what they leave open is decided as
 * in str2desc of tests/benchdnn/conv/conv_aux.cpp. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { G, MB, IC, OC, IH, IW, OH, OW, KH, KW, SH, SW, DH, DW, PH, PW, KEYS } key;

static const char *const key_names[KEYS] = {"g",  "mb", "ic", "oc", "ih", "iw", "oh", "ow",
                                            "kh", "kw", "sh", "sw", "dh", "dw", "ph", "pw"};

typedef struct {
  bool given[KEYS];
  int value[KEYS];
} fields;

static key find_key(const char *text, size_t length) {
  for (int k = 0; k < KEYS; k++)
    if (strlen(key_names[k]) == length && !memcmp(key_names[k], text, length)) return (key)k;
  return KEYS;
}

static gconv_status refuse_key(const char *text, size_t length) {
  if (length == 2 && strchr("ikosdp", text[0]) && text[1] == 'd')
    return gconv_error(GCONV_INVALID, "'%.2s' is a depth field: three-dimensional convolution is not covered", text);
  return gconv_error(GCONV_INVALID, "unknown field '%.*s'", (int)length, text);
}

/* A name that ends in *N says how often the layer occurs; any other star is just part of the name. */
static gconv_status parse_multiplicity(const char *name, size_t *length, gconv_problem *p) {
  size_t digits = *length;
  while (digits && isdigit((unsigned char)name[digits - 1])) digits--;
  if (digits == *length || !digits || name[digits - 1] != '*') return GCONV_OK;
  const long long count = strtoll(name + digits, NULL, 10);
  if (count < 1 || count > INT_MAX)
    return gconv_error(GCONV_INVALID, "multiplicity %.*s in the name must be 1 to %d", (int)(*length - digits),
                       name + digits, INT_MAX);
  p->multiplicity = (int)count;
  *length = digits - 1;
  return GCONV_OK;
}

/* n"NAME" or, up to the end of the text, nNAME. A name is only a label: what does not fit is cut off. */
static gconv_status parse_name(const char **cursor, gconv_problem *p) {
  const bool quoted = (*cursor)[1] == '"';
  const char *begin = *cursor + 1 + quoted;
  const char *end = quoted ? strchr(begin, '"') : begin + strlen(begin);
  if (!end) return gconv_error(GCONV_INVALID, "name %.40s has no closing quote", begin - 1);
  if (p->name[0]) return gconv_error(GCONV_INVALID, "name is given twice");
  *cursor = end + quoted;
  size_t length = (size_t)(end - begin);
  gconv_status status = parse_multiplicity(begin, &length, p);
  if (status) return status;
  if (length > GCONV_NAME_MAX - 1) length = GCONV_NAME_MAX - 1;
  memcpy(p->name, begin, length);
  p->name[length] = 0;
  return GCONV_OK;
}

static gconv_status parse_field(const char **cursor, fields *f) {
  const char *begin = *cursor, *digits = begin;
  while (isalpha((unsigned char)*digits)) digits++;
  const size_t length = (size_t)(digits - begin);
  if (!length) return gconv_error(GCONV_INVALID, "expected a field at '%.20s'", begin);
  const key k = find_key(begin, length);
  if (k == KEYS) return refuse_key(begin, length);
  const bool may_be_negative = k == PH || k == PW;
  if (!isdigit((unsigned char)digits[digits[0] == '-' && may_be_negative]))
    return gconv_error(GCONV_INVALID, "field '%s' has no number, found '%.20s'", key_names[k], digits);
  char *end;
  const long long value = strtoll(digits, &end, 10);
  if (value > INT_MAX || value < -INT_MAX)
    return gconv_error(GCONV_INVALID, "%s %.*s does not fit 31 bits", key_names[k], (int)(end - digits), digits);
  if (f->given[k]) return gconv_error(GCONV_INVALID, "field '%s' is given twice", key_names[k]);
  f->given[k] = true;
  f->value[k] = (int)value;
  *cursor = end;
  return GCONV_OK;
}

/* The fields of an axis, and the values they have where the axis is left out. */
enum { AXIS_KEYS = 6 };
static const key height_keys[AXIS_KEYS] = {IH, KH, OH, SH, DH, PH}, width_keys[AXIS_KEYS] = {IW, KW, OW, SW, DW, PW};
static const int axis_unset[AXIS_KEYS] = {0, 0, 0, 1, 0, 0};

/* As in benchdnn, fields with these values (sh1, ph0) do not make an axis of their own. */
static bool mentioned(const fields *f, const key axis[AXIS_KEYS]) {
  for (int i = 0; i < AXIS_KEYS; i++)
    if (f->given[axis[i]] && f->value[axis[i]] != axis_unset[i]) return true;
  return false;
}

static void copy_if_missing(fields *f, key from, key to) {
  if (f->given[to] || !f->given[from]) return;
  f->given[to] = true;
  f->value[to] = f->value[from];
}

/* Fills the axis that was left out: with only w fields h is 1, otherwise every missing w field is taken from h.
 * (benchdnn gives a line with both iw and kw defaults of its own for the rest; one rule for all lines is easier to rely
 * on.) */
static void fill_missing_axis(fields *f) {
  if (!mentioned(f, height_keys) && mentioned(f, width_keys)) {
    for (int i = 0; i < 3; i++) f->given[height_keys[i]] = true, f->value[height_keys[i]] = 1;
    return;
  }
  for (int i = 0; i < AXIS_KEYS; i++) copy_if_missing(f, height_keys[i], width_keys[i]);
}

/* The fields of one axis. */
typedef struct {
  const char *name;
  key in, out, kernel, stride, dilation, pad;
} axis;
static const axis axis_h = {"height", IH, OH, KH, SH, DH, PH}, axis_w = {"width", IW, OW, KW, SW, DW, PW};

/* Pads before and after the image; the fields of the output size and of the pad before may be missing. */
static gconv_status resolve_pads(const axis *a, const fields *f, int *before, int *after) {
  const int in = f->value[a->in], out = f->value[a->out];
  const int64_t extent = (int64_t)(f->value[a->kernel] - 1) * (f->value[a->dilation] + (int64_t)1) + 1;
  int64_t head, tail;
  if (f->given[a->out]) {
    if (out < 1) return gconv_error(GCONV_INVALID, "%s is %d, must be at least 1", key_names[a->out], out);
    const int64_t reach = (int64_t)(out - 1) * f->value[a->stride];
    head = f->given[a->pad] ? f->value[a->pad] : (reach - in + extent) / 2;
    tail = reach + extent - in - head;
  } else {
    head = tail = f->given[a->pad] ? f->value[a->pad] : 0;
  }
  if (head > INT_MAX || head < -INT_MAX || tail > INT_MAX || tail < -INT_MAX)
    return gconv_error(GCONV_INVALID, "%s: pads %lld and %lld do not fit 31 bits", a->name, (long long)head,
                       (long long)tail);
  *before = (int)head;
  *after = (int)tail;
  return GCONV_OK;
}

static gconv_status fill_problem(fields *f, gconv_problem *p) {
  static const struct {
    key k;
    int value;
  } defaults[] = {{G, 1}, {MB, 2}, {SH, 1}, {SW, 1}, {DH, 0}, {DW, 0}};
  static const key required[] = {IC, OC, IH, IW, KH, KW};
  fill_missing_axis(f);
  for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
    if (!f->given[defaults[i].k]) f->value[defaults[i].k] = defaults[i].value;
  for (size_t i = 0; i < sizeof required / sizeof *required; i++)
    if (!f->given[required[i]]) return gconv_error(GCONV_INVALID, "field '%s' is missing", key_names[required[i]]);
  for (int k = 0; k < KEYS; k++) /* zero strides would otherwise mean "default" to gconv_problem_init */
    if ((k < OH || (k >= KH && k <= SW)) && f->value[k] < 1)
      return gconv_error(GCONV_INVALID, "%s is %d, must be at least 1", key_names[k], f->value[k]);
  p->groups = f->value[G], p->batch = f->value[MB], p->ic = f->value[IC], p->oc = f->value[OC];
  p->ih = f->value[IH], p->iw = f->value[IW], p->kh = f->value[KH], p->kw = f->value[KW];
  p->stride_h = f->value[SH], p->stride_w = f->value[SW];
  p->dilation_h = f->value[DH], p->dilation_w = f->value[DW];
  gconv_status status = resolve_pads(&axis_h, f, &p->pad_top, &p->pad_bottom);
  if (!status) status = resolve_pads(&axis_w, f, &p->pad_left, &p->pad_right);
  return status ? status : gconv_problem_init(p);
}

gconv_status gconv_problem_parse(const char *descriptor, gconv_problem *problem) {
  if (!descriptor || !problem) return gconv_error(GCONV_INVALID, "%s is NULL", descriptor ? "problem" : "descriptor");
  gconv_problem p = {0};
  fields f = {0};
  for (const char *cursor = descriptor; *cursor;) {
    gconv_status status = GCONV_OK;
    if (*cursor == '_' || isspace((unsigned char)*cursor))
      cursor++;
    else if (*cursor == 'n')
      status = parse_name(&cursor, &p);
    else
      status = parse_field(&cursor, &f);
    if (status) return status;
  }
  gconv_status status = fill_problem(&f, &p);
  if (status) return status;
  *problem = p;
  return GCONV_OK;
}

int gconv_problem_print(const gconv_problem *p, char *text, size_t size) {
  char group[16] = "", dilation[16] = "", width[128] = "";
  if (p->groups != 1) snprintf(group, sizeof group, "g%d", p->groups);
  if (p->dilation_h) snprintf(dilation, sizeof dilation, "dh%d", p->dilation_h);
  const bool square = p->iw == p->ih && p->ow == p->oh && p->kw == p->kh && p->stride_w == p->stride_h &&
                      p->dilation_w == p->dilation_h && p->pad_left == p->pad_top;
  if (!square) {
    char dw[16] = "";
    if (p->dilation_w || p->dilation_h) snprintf(dw, sizeof dw, "dw%d", p->dilation_w);
    snprintf(width, sizeof width, "_iw%dow%dkw%dsw%d%spw%d", p->iw, p->ow, p->kw, p->stride_w, dw, p->pad_left);
  }
  return snprintf(text, size, "%smb%d_ic%doc%d_ih%doh%dkh%dsh%d%sph%d%s", group, p->batch, p->ic, p->oc, p->ih, p->oh,
                  p->kh, p->stride_h, dilation, p->pad_top, width);
}
