/* train.h - a net whose runs are training steps (net_request.train): forward, loss, the gradients with regard to
 * activations and weights, plain SGD, and the new weights packed for the next step. All of it are steps of one list,
 * in the memory of one plan: what the backward pass needs is kept by being read late.
 *
 * The loss of a model that ends in one value a class is the mean cross entropy of their softmax, for given labels.
 * Any other model (a block) is given the gradient with regard to its result, as the network behind it would.
 * Batch normalisation is folded into the bias, as it is for inference: what trains is weights and biases. The gradient
 * with regard to the image is not computed, as nobody wants it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_TRAIN_H
#define GCONV_NET_TRAIN_H

#include "net.h"

/* 0 (as made): all is computed, and the weights stay what they are. */
void net_set_rate(net *n, float rate);
/* One for each image, or none where the result is no list of classes: then values are given (NCHW). */
bool net_has_labels(const net *n);
void net_set_labels(net *n, const int *labels);
void net_set_loss_gradient(net *n, const float *gradient);

/* Of the last run, before its update. NaN where there are no labels. */
double net_loss(const net *n);
const net_weights *net_gradients(const net *n);
/* After it. */
const net_weights *net_trained(const net *n);

#endif
