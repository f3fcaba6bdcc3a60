/* main.c - the smallest program that uses libgconv: one grouped convolution from a descriptor to a result. */
#include <gconv/gconv.h>

#include <stdio.h>
#include <stdlib.h>

static float src[2 * 4 * 4], wei[2 * 1 * 3 * 3], dst[2 * 4 * 4];

int main(void) {
  gconv_problem problem;
  gconv_plan *plan;
  if (gconv_problem_parse("g2mb1ic2ih4oc2oh4kh3ph1", &problem) || gconv_plan_create("ref", &problem, NULL, &plan)) {
    fprintf(stderr, "%s\n", gconv_last_error());
    return 1;
  }
  for (int i = 0; i < 32; i++) src[i] = 1;
  for (int i = 0; i < 18; i++) wei[i] = 1;
  const size_t bytes = (plan->workspace_bytes + 63) / 64 * 64; /* aligned_alloc wants a multiple */
  gconv_args args = {
      {src, sizeof src}, {dst, sizeof dst}, {wei, sizeof wei}, .workspace = {aligned_alloc(64, bytes), bytes}};
  const gconv_status status = gconv_execute(plan, &args);
  printf("gconv %s: corner %g, inside %g, status %s\n", gconv_version(), dst[0], dst[5], gconv_status_name(status));
  free(args.workspace.data);
  gconv_plan_destroy(plan);
  return status || dst[0] != 4 || dst[5] != 9; /* ones under a 3x3 of ones: 4 taps inside at a corner, 9 inside */
}
