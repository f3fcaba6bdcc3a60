/* shape.h - what the shape of a node follows from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MODELS_SHAPE_H
#define GCONV_MODELS_SHAPE_H

#include "model.h"

/* Sets node->shape from the shapes of its inputs, or says what does not fit. */
gconv_status model_infer(const model *m, model_node *node);

/* The convolution of a MODEL_CONV or MODEL_FC over an input of that shape, one image; not yet validated. */
gconv_problem model_window(const model_node *node, model_shape in);

#endif
