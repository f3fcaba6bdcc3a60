/* graph_output.h - what timed runs of a net leave behind is what its verified runs left, as output.h says of layers:
 * the result and, in training, the gradients with regard to all weights. */
#ifndef GCONV_RUN_GRAPH_OUTPUT_H
#define GCONV_RUN_GRAPH_OUTPUT_H

#include "net.h"

typedef struct {
  float *values; /* as the verified run left them, then as a timed one did; NULL: none */
  int64_t count;
  bool exact; /* all its kernels promise the same bits */
} graph_output;

gconv_status graph_output_take(graph_output *o, const net *n, bool train);
/* Before runs are timed: the result becomes NaN. */
void graph_output_spoil(const net *n);
gconv_status graph_output_verify(const graph_output *o, const net *n, bool train);
void graph_output_free(graph_output *o);

#endif
