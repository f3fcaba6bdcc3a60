/* isolated.c - the process's side of --isolate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "isolate.h"
#include "isolated_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

gconv_status isolate_attach(session *s, const char *descriptor) {
  char *end;
  struct stat info;
  const long file = strtol(descriptor, &end, 10);
  if (end == descriptor || *end || file < 0 || file > INT32_MAX || fstat((int)file, &info) ||
      info.st_size != sizeof *s->job)
    return gconv_error(GCONV_INVALID, "'%s' is no job of --isolate, which alone uses this option", descriptor);
  void *job = mmap(NULL, sizeof *s->job, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
  if (job == MAP_FAILED) return gconv_error(GCONV_FAILED, "the job of --isolate: %s", strerror(errno));
  s->job = job;
  return GCONV_OK;
}

gconv_status isolate_work(session *s, const layer_list *list) {
  isolated_job *job = s->job;
  if (job->unit >= list->count || job->kernel >= s->options.kernel_count)
    return gconv_error(GCONV_FAILED, "the problems or kernels are no longer those that the run began with");
  s->budget = job->budget;
  const gconv_status status = layers_run(s, &list->items[job->unit]);
  job->timed = s->timed, job->skipped = s->skipped, job->failed = s->failed;
  job->disturbances = s->disturbances;
  phase_enter(&s->phases, PHASE_OTHER);
  memcpy(job->phases, s->phases.seconds, sizeof job->phases);
  return status;
}
