/* claim.h - one published figure, and how to compute it from definitions: a sum of counts over networks, parts of them
 * or single problems, or its ratio to another such sum. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CLAIMS_CLAIM_H
#define GCONV_CLAIMS_CLAIM_H

#include "table.h"

#include "gconv.h"

typedef enum {
  WEIGHTS,     /* of convolutions and fully connected layers, without biases and batch normalisation */
  UNNORMED,    /* weights and biases, without batch normalisation */
  PARAMETERS,  /* all */
  CONV_MACS,   /* of convolutions; padded taps counted, as papers do */
  MACS,        /* ... and fully connected layers; papers call them FLOPs */
  ACTIVATIONS, /* elements of the results of convolutions */
  CHANNELS,    /* of the results of convolutions */
  MAP,         /* side of the results of convolutions */
  LAYERS,      /* convolutions */
  QUANTITIES
} quantity;

enum { CLAIM_TERMS = 12 };

typedef struct {
  const char *source, *text;
  double claimed, unit; /* unit 0: exact, else claimed to the nearest multiple of it */
  quantity what;
  double scale; /* of the computed value; 0 is 1 */
  /* Summed up. A term is NETWORK, NETWORK:GLOB (names of nodes, as in model.h) or a descriptor, whose name may say how
   * often it is taken (n"*32"). */
  const char *of[CLAIM_TERMS + 1];
  const char *against[CLAIM_TERMS + 1]; /* their sum divides the first one, if there are any */
  const char *why;                      /* the reason, if the figures differ */
} claim;

/* Computes a claim and appends it as a row: source, claim, claimed, computed, verdict. */
gconv_status claim_add(table *t, const claim *c);
gconv_status claims_add(table *t, const claim *claims, size_t count);

/* Figures that no count can give, as a row that says so. */
void claim_add_uncounted(table *t, const char *source, const char *text, const char *claimed, const char *why);

/* The parts of the table of claims, a file each. */
gconv_status claims_grouping(table *t);  /* what grouping saves */
gconv_status claims_template(table *t);  /* ResNeXt: Tables 1 and 2, equation (4), the two rules, Figure 3 */
gconv_status claims_networks(table *t);  /* ResNeXt: totals of Tables 1, 3, 4 and 7, and what is not computed */
gconv_status claims_libraries(table *t); /* what programs print for the same networks */
gconv_status claims_others(table *t);    /* other papers on networks with groups */

#endif
