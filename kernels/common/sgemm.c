/* sgemm.c - CBLAS behind one call, and what each vendor needs to stay on the calling thread.
 *
 *   OpenBLAS, OpenMP build   asks OpenMP for the thread count at each call: a per-task setting, so it is set around the
 *                            products and put back
 *   OpenBLAS, own threads    one count for the process
 *   BLIS                     one count for the process
 *   MKL                      one count for each thread */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/sgemm.h"
#include "common/blas.h"
#include "common/cblas_vendor.h"
#include "core/error.h"

#include <limits.h>
#include <stdio.h>

const char *gconv_sgemm_refuses(const gconv_problem *p) {
  const int64_t rows = (int64_t)p->icg * p->kh * p->kw, src = (int64_t)p->ih * p->iw, dst = (int64_t)p->oh * p->ow;
  if (rows > INT_MAX) return "(ic/g) * kh * kw is beyond the 32-bit sizes of the BLAS";
  if (src > INT_MAX || dst > INT_MAX) return "an image plane is beyond the 32-bit sizes of the BLAS";
  return NULL;
}

#if GCONV_BLAS_OPENBLAS
#include <omp.h>
#include <sys/mman.h>
#include <sys/resource.h>

const char *gconv_blas_name(void) { return "OpenBLAS"; }

int gconv_blas_describe(char *text, size_t size) {
  static const char *const threading[] = {"sequential", "threads of its own", "OpenMP"};
  const int parallel = openblas_get_parallel();
  const char *model = (unsigned)parallel < 3 ? threading[parallel] : "unknown threading";
  return snprintf(text, size, "%s; core type %s, %s", openblas_get_config(), openblas_get_corename(), model);
}

/* Of each thread that is in a product; what it had of an earlier product it keeps, which cannot be asked for. Where it
 * is refused one OpenBLAS asks for ever, so whether they fit is tried before. */
static const size_t buffer_bytes =
    ((size_t)32 << 22) + (1 << 16); /* BUFFER_SIZE of its common_x86_64.h, and its slack */

static gconv_status check_addresses(int threads) {
  struct rlimit limit;
  const size_t bytes = (size_t)threads * buffer_bytes;
  if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return GCONV_OK;
  void *probe = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED)
    return gconv_error(
        GCONV_NO_MEMORY,
        "OpenBLAS reserves %zu bytes of addresses for %d threads, which do not fit into the limit of %llu "
        "(ulimit -v)",
        bytes, threads, (unsigned long long)limit.rlim_cur);
  munmap(probe, bytes);
  return GCONV_OK;
}

gconv_status gconv_sgemm_prepare(int threads) {
  if (openblas_get_parallel() == OPENBLAS_THREAD) openblas_set_num_threads(1);
  return check_addresses(threads);
}

int gconv_sgemm_enter(void) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  return before;
}

void gconv_sgemm_leave(int before) { omp_set_num_threads(before); }

#elif GCONV_BLAS_BLIS

const char *gconv_blas_name(void) { return "BLIS"; }

int gconv_blas_describe(char *text, size_t size) {
  const char *model = bli_info_get_enable_openmp()     ? "OpenMP"
                      : bli_info_get_enable_pthreads() ? "threads of its own"
                                                       : "sequential";
  return snprintf(text, size, "BLIS %s; core type %s, %s", bli_info_get_version_str(),
                  bli_arch_string(bli_arch_query_id()), model);
}

gconv_status gconv_sgemm_prepare(int threads) {
  (void)threads;
  bli_thread_set_num_threads(1);
  return GCONV_OK;
}

int gconv_sgemm_enter(void) { return 0; }

void gconv_sgemm_leave(int before) { (void)before; }

#elif GCONV_BLAS_MKL

const char *gconv_blas_name(void) { return "MKL"; }

int gconv_blas_describe(char *text, size_t size) {
  MKLVersion version;
  mkl_get_version(&version);
  return snprintf(text, size, "MKL %d.%d.%d; core type %s, threading layer chosen at run time", version.MajorVersion,
                  version.MinorVersion, version.UpdateVersion, version.Processor);
}

gconv_status gconv_sgemm_prepare(int threads) {
  (void)threads;
  return GCONV_OK;
}

int gconv_sgemm_enter(void) { return mkl_set_num_threads_local(1); }

void gconv_sgemm_leave(int before) { mkl_set_num_threads_local(before); }

#else

const char *gconv_blas_name(void) { return "no BLAS"; }

int gconv_blas_describe(char *text, size_t size) { return snprintf(text, size, "no BLAS in this build"); }

gconv_status gconv_sgemm_prepare(int threads) {
  (void)threads;
  return GCONV_OK;
}

int gconv_sgemm_enter(void) { return 0; }

void gconv_sgemm_leave(int before) { (void)before; }

#endif

#if GCONV_WITH_CBLAS
void gconv_sgemm(const gconv_product *p) {
  static const CBLAS_TRANSPOSE order[] = {[GCONV_AS_IS] = CblasNoTrans, [GCONV_TRANSPOSED] = CblasTrans};
  cblas_sgemm(CblasRowMajor, order[p->a.order], order[p->b.order], p->m, p->n, p->k, 1.0f, p->a.data, p->a.ld,
              p->b.data, p->b.ld, p->accumulate ? 1.0f : 0.0f, p->c, p->ldc);
}
#endif
