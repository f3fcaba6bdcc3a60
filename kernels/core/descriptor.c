/* descriptor.c - benchdnn's problem descriptors, parsed and printed.
 * Source of the syntax: oneDNN, tests/benchdnn/doc/driver_conv.md and the str2desc routine it describes. */
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

/* n"name", n"name*N" or n:name up to the end of the text. */
static gconv_status parse_name(const char **cursor, gconv_problem *p) {
  const char *begin = *cursor + 2;
  const char *end = (*cursor)[1] == '"' ? strchr(begin, '"') : begin + strlen(begin);
  if (!end) return gconv_error(GCONV_INVALID, "name %s has no closing quote", *cursor + 1);
  const size_t length = (size_t)(end - begin);
  if (length >= GCONV_NAME_MAX)
    return gconv_error(GCONV_INVALID, "name has %zu characters, at most %d are allowed", length, GCONV_NAME_MAX - 1);
  if (p->name[0]) return gconv_error(GCONV_INVALID, "name is given twice");
  memcpy(p->name, begin, length);
  p->name[length] = 0;
  *cursor = end + ((*cursor)[1] == '"');
  char *star = strrchr(p->name, '*');
  if (!star) return GCONV_OK;
  char *rest;
  const long count = strtol(star + 1, &rest, 10);
  if (!isdigit((unsigned char)star[1]) || *rest) return GCONV_OK; /* a star that is just part of the name */
  if (count < 1 || count > INT_MAX)
    return gconv_error(GCONV_INVALID, "multiplicity %s in the name must be 1 to %d", star + 1, INT_MAX);
  p->multiplicity = (int)count;
  *star = 0;
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

/* A missing w value is taken from h; a descriptor with only w values is one-dimensional: h is 1. */
static void copy_missing_width(fields *f) {
  static const key pairs[][2] = {{IH, IW}, {OH, OW}, {KH, KW}, {SH, SW}, {DH, DW}, {PH, PW}};
  enum { PAIRS = sizeof pairs / sizeof *pairs };
  bool any_height = false;
  for (int i = 0; i < PAIRS; i++) any_height |= f->given[pairs[i][0]];
  if (!any_height && f->given[IW]) {
    static const key ones[] = {IH, OH, KH};
    for (int i = 0; i < 3; i++) f->given[ones[i]] = true, f->value[ones[i]] = 1;
    return;
  }
  for (int i = 0; i < PAIRS; i++) {
    const key h = pairs[i][0], w = pairs[i][1];
    if (!f->given[w] && f->given[h]) f->given[w] = true, f->value[w] = f->value[h];
  }
}

/* Pads of one axis from in, out (or missing), kernel, stride, dilation and the pad before (or missing). */
static gconv_status resolve_pads(const char *axis, fields *f, key in, key out, key kernel, key stride, key dilation,
                                 key pad, int *before, int *after) {
  const int64_t extent = (int64_t)(f->value[kernel] - 1) * (f->value[dilation] + (int64_t)1) + 1;
  int64_t head, tail;
  if (f->given[out]) {
    if (f->value[out] < 1)
      return gconv_error(GCONV_INVALID, "%s is %d, must be at least 1", key_names[out], f->value[out]);
    const int64_t reach = (int64_t)(f->value[out] - 1) * f->value[stride];
    head = f->given[pad] ? f->value[pad] : (reach - f->value[in] + extent) / 2;
    tail = reach + extent - f->value[in] - head;
  } else {
    head = tail = f->given[pad] ? f->value[pad] : 0;
  }
  if (head > INT_MAX || head < -INT_MAX || tail > INT_MAX || tail < -INT_MAX)
    return gconv_error(GCONV_INVALID, "%s: pads %lld and %lld do not fit 31 bits", axis, (long long)head,
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
  copy_missing_width(f);
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
  gconv_status status = resolve_pads("height", f, IH, OH, KH, SH, DH, PH, &p->pad_top, &p->pad_bottom);
  if (!status) status = resolve_pads("width", f, IW, OW, KW, SW, DW, PW, &p->pad_left, &p->pad_right);
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
    else if (cursor[0] == 'n' && (cursor[1] == '"' || cursor[1] == ':'))
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
