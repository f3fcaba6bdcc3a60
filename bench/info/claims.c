/* claims.c - gconv-info claims. A claim says that a sum of counts over some problems, or its ratio to such a sum over
 * others, is a figure; what is computed comes from gconv_problem_count alone. Sources: ResNeXt  Xie et al., Aggregated
 * Residual Transformations for Deep Neural Networks, CVPR 2017 D2L      Zhang et al., Dive into Deep Learning: with g
 * groups a convolution has g times fewer weights and costs g times less AlexNet  Krizhevsky et al., 2012; layers as in
 * BVLC Caffe, models/bvlc_alexnet */
#include "claims.h"
#include "info.h"

#include <inttypes.h>
#include <string.h>

typedef enum { WEIGHTS, MACS, CHANNELS } quantity; /* MACs with padded taps, as papers count them */

enum { TERMS = 8, TEXT = 160 };

typedef struct {
  const char *source;
  char text[TEXT];
  int64_t claimed, per; /* per 0: a number, else the fraction claimed / per */
  int64_t unit;         /* 0: exact, else claimed to the nearest multiple of it */
  quantity what;
  const char *of[TERMS + 1];      /* descriptors, summed up */
  const char *against[TERMS + 1]; /* their sum divides the first one, if there are any */
  const char *remark;             /* goes with "differs" */
} claim;

static gconv_status count_one(const char *descriptor, quantity what, int64_t *count) {
  gconv_problem p;
  gconv_status status = gconv_problem_parse(descriptor, &p);
  if (status) return status;
  const gconv_counts counts = gconv_problem_count(&p);
  *count = what == WEIGHTS ? counts.params : what == MACS ? counts.macs_nominal : p.oc;
  return GCONV_OK;
}

static gconv_status count_all(const char *const *descriptors, quantity what, int64_t *sum) {
  *sum = 0;
  for (; *descriptors; descriptors++) {
    int64_t count;
    gconv_status status = count_one(*descriptors, what, &count);
    if (status) return status;
    *sum += count;
  }
  return GCONV_OK;
}

/* Lowest terms, printed as "1/2", or as a number where the denominator is 1. */
static void add_fraction(table *t, int64_t numerator, int64_t denominator) {
  int64_t a = numerator, b = denominator;
  while (b) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  if (denominator == a)
    table_add(t, "%" PRId64, numerator / a);
  else
    table_add(t, "%" PRId64 "/%" PRId64, numerator / a, denominator / a);
}

static void add_verdict(table *t, const claim *c, int64_t numerator, int64_t denominator) {
  const char *remark = c->remark ? c->remark : "", *comma = c->remark ? ", " : "";
  if (!c->unit) {
    if (numerator * (c->per ? c->per : 1) == c->claimed * denominator)
      table_add(t, "equal");
    else
      table_add(t, "differs: %.6g times the claim%s%s",
                (double)numerator / (double)denominator * (double)(c->per ? c->per : 1) / (double)c->claimed, comma,
                remark);
    return;
  }
  const int64_t rounded = (numerator + c->unit / 2) / c->unit * c->unit;
  if (rounded == c->claimed)
    table_add(t, numerator == c->claimed ? "equal" : "equal after rounding");
  else
    table_add(t, "differs: rounds to %" PRId64 "%s%s", rounded, comma, remark);
}

static gconv_status add_claim(table *t, const claim *c) {
  int64_t numerator, denominator = 1;
  gconv_status status = count_all(c->of, c->what, &numerator);
  if (!status && c->against[0]) status = count_all(c->against, c->what, &denominator);
  if (status) return status;
  table_add(t, "%s", c->source);
  table_add(t, "%s", c->text);
  add_fraction(t, c->claimed, c->per ? c->per : 1);
  add_fraction(t, numerator, denominator);
  add_verdict(t, c, numerator, denominator);
  return GCONV_OK;
}

static const char dense_128[] = "mb1_ic128oc128_ih56oh56kh3ph1";
static const char two_groups_128[] = "g2mb1_ic128oc128_ih56oh56kh3ph1";

#define ALEXNET_SHARED "mb1_ic3oc96_ih227oh55kh11sh4ph0", "mb1_ic256oc384_ih13oh13kh3ph1"
#define ALEXNET_GROUPED                                                                                                \
  {                                                                                                                    \
    ALEXNET_SHARED, "g2mb1_ic96oc256_ih27oh27kh5ph2", "g2mb1_ic384oc384_ih13oh13kh3ph1",                               \
        "g2mb1_ic384oc256_ih13oh13kh3ph1"                                                                              \
  }
#define ALEXNET_DENSE                                                                                                  \
  { ALEXNET_SHARED, "mb1_ic96oc256_ih27oh27kh5ph2", "mb1_ic384oc384_ih13oh13kh3ph1", "mb1_ic384oc256_ih13oh13kh3ph1" }

static gconv_status add_single_claims(table *t) {
  static const claim claims[] = {
      {"textbook example", "weights of a dense 3x3, 128 -> 128 channels", 147456, .what = WEIGHTS, .of = {dense_128}},
      {"textbook example", "weights of two groups of 64 -> 64", 73728, .what = WEIGHTS, .of = {two_groups_128}},
      {"textbook example", "weights: two groups have exactly half", 1, 2, .what = WEIGHTS, .of = {two_groups_128},
       .against = {dense_128}},
      {"textbook example", "MACs: two groups have exactly half", 1, 2, .what = MACS, .of = {two_groups_128},
       .against = {dense_128}},
      {"AlexNet", "convolution weights with two towers", 2332704, .what = WEIGHTS, .of = ALEXNET_GROUPED},
      {"AlexNet", "convolution weights with one tower", 3745824, .what = WEIGHTS, .of = ALEXNET_DENSE},
      {"AlexNet", "convolution MACs with two towers", 665784864, .what = MACS, .of = ALEXNET_GROUPED},
      {"AlexNet", "convolution MACs with one tower", 1076634144, .what = MACS, .of = ALEXNET_DENSE},
      {"equal-cost pair", "weights: 256 -> 256 in four groups against dense 128 -> 128", 1, .what = WEIGHTS,
       .of = {"g4mb1_ic256oc256_ih56oh56kh3ph1"}, .against = {dense_128}},
      {"equal-cost pair", "MACs: 256 -> 256 in four groups against dense 128 -> 128", 1, .what = MACS,
       .of = {"g4mb1_ic256oc256_ih56oh56kh3ph1"}, .against = {dense_128}},
  };
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    gconv_status status = add_claim(t, &claims[i]);
    if (status) return status;
  }
  return GCONV_OK;
}

/* Weights and MACs are 1/g of the dense convolution's, for every g that divides 128. */
static gconv_status add_law(table *t) {
  static const struct {
    quantity what;
    const char *name;
  } laws[] = {{WEIGHTS, "weights"}, {MACS, "MACs"}};
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
    for (int g = 1; g <= 128; g *= 2) {
      char grouped[64];
      snprintf(grouped, sizeof grouped, "g%dmb1_ic128oc128_ih56oh56kh3ph1", g);
      claim c = {"1/g law (D2L)",      .claimed = 1,    .per = g,
                 .what = laws[i].what, .of = {grouped}, .against = {dense_128}};
      snprintf(c.text, sizeof c.text, "%s of 3x3, 128 -> 128 at 56x56: share of the dense ones for g = %d",
               laws[i].name, g);
      gconv_status status = add_claim(t, &c);
      if (status) return status;
    }
  return GCONV_OK;
}

/* The bottleneck of width d with cardinality C at stage conv2: 1x1 256 -> C*d, grouped 3x3, 1x1 C*d -> 256. */
static gconv_status add_bottleneck(table *t, int cardinality, int d, int width) {
  char reduce[64], grouped[64], expand[64];
  snprintf(reduce, sizeof reduce, "mb1_ic256oc%d_ih56oh56kh1ph0", cardinality * d);
  snprintf(grouped, sizeof grouped, "g%dmb1_ic%doc%d_ih56oh56kh3ph1", cardinality, cardinality * d, cardinality * d);
  snprintf(expand, sizeof expand, "mb1_ic%doc256_ih56oh56kh1ph0", cardinality * d);
  const int64_t equation_4 = (int64_t)cardinality * (256 * d + 3 * 3 * d * d + d * 256);
  claim claims[] = {
      {"ResNeXt eq. (4)", "parameters of the bottleneck", equation_4, .what = WEIGHTS, .of = {reduce, grouped, expand}},
      {"ResNeXt Table 2", "parameters of the bottleneck, about 70k", 70000, .unit = 1000, .what = WEIGHTS,
       .of = {reduce, grouped, expand}, .remark = "the caption says about 70k"},
      {"ResNeXt Table 2", "FLOPs (MACs) of the bottleneck at 56x56, about 0.22 billion", 220000000, .unit = 10000000,
       .what = MACS, .of = {reduce, grouped, expand}},
      {"ResNeXt Table 2", "width of the group convolution", width, .what = CHANNELS, .of = {grouped}},
  };
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    const size_t length = strlen(claims[i].text);
    snprintf(claims[i].text + length, TEXT - length, ", C = %d, d = %d", cardinality, d);
    gconv_status status = add_claim(t, &claims[i]);
    if (status) return status;
  }
  return GCONV_OK;
}

static gconv_status add_table_2(table *t) {
  static const struct {
    int cardinality, d, width;
  } columns[] = {{1, 64, 64}, {2, 40, 80}, {4, 24, 96}, {8, 14, 112}, {32, 4, 128}};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    gconv_status status = add_bottleneck(t, columns[i].cardinality, columns[i].d, columns[i].width);
    if (status) return status;
  }
  return GCONV_OK;
}

/* Where the map halves the width doubles, so every grouped 3x3 of the network costs the same. */
static gconv_status add_equal_stages(table *t) {
  static const char conv2[] = "g32mb1_ic128oc128_ih56oh56kh3ph1";
  for (int stage = 3; stage <= 5; stage++)
    for (int stride = 2; stride >= 1; stride--) {
      const int width = 128 << (stage - 2), out = 56 >> (stage - 2);
      char layer[64];
      snprintf(layer, sizeof layer, "g32mb1_ic%doc%d_ih%doh%dkh3sh%dph1", width, width, out * stride, out, stride);
      claim c = {"ResNeXt rule (ii)", .claimed = 1, .what = MACS, .of = {layer}, .against = {conv2}};
      snprintf(c.text, sizeof c.text, "MACs of the grouped 3x3 of conv%d, stride %d, against those of conv2 (32x4d)",
               stage, stride);
      gconv_status status = add_claim(t, &c);
      if (status) return status;
    }
  return GCONV_OK;
}

gconv_status claims_compute(table *t) {
  static const char *const header[] = {"source", "claim", "claimed", "computed", "verdict"};
  table_start(t, sizeof header / sizeof *header, header);
  gconv_status (*const parts[])(table *) = {add_single_claims, add_law, add_table_2, add_equal_stages};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    gconv_status status = parts[i](t);
    if (status) return status;
  }
  return GCONV_OK;
}

int info_claims(int count, char **arguments) {
  bool csv;
  if (take_flags("claims", (const char *const[]){"--csv", NULL}, count, arguments, &csv)) return EXIT_USAGE;
  table t;
  const gconv_status status = claims_compute(&t);
  if (status) fprintf(stderr, "gconv-info claims: %s\n", gconv_last_error());
  const bool printed = !status && (csv ? table_print_csv(&t) : table_print(&t));
  table_free(&t);
  return printed ? 0 : 1;
}
