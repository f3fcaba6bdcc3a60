/* plugins.c - the plug-ins of this process and their kernels: a figure of a kernel that is not in the build says
 * nothing without the file it is from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include "gconv_kernel.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char section[] = "plugins";

/* The file may have been named from another folder than that of the reader. */
static void take_file(facts *f, const char *key, const char *file) {
  char absolute[PATH_MAX];
  facts_text(f, section, key, "%s", realpath(file, absolute) ? absolute : file);
}

/* The kernels that follow from `first` on and are of the same file. Returns their number. */
static size_t take_plugin(facts *f, const gconv_entry *first, size_t left, int number) {
  char key[FACT_KEY_MAX], kernels[FACT_VALUE_MAX] = "";
  size_t count = 0, used = 0;
  for (; count < left && first[count].plugin && !strcmp(first[count].plugin, first->plugin); count++) {
    snprintf(kernels + used, sizeof kernels - used, "%s%s", count ? ", " : "", first[count].name);
    used = strlen(kernels);
  }
  snprintf(key, sizeof key, "plugin%d_file", number);
  take_file(f, key, first->plugin);
  snprintf(key, sizeof key, "plugin%d_abi", number);
  facts_number(f, section, key, GCONV_KERNEL_ABI); /* of any other version it would not have been loaded */
  snprintf(key, sizeof key, "plugin%d_kernels", number);
  facts_text(f, section, key, "%s", kernels);
  return count;
}

void collect_plugins(facts *f) {
  size_t count;
  int plugins = 0;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count;) i += entries[i].plugin ? take_plugin(f, &entries[i], count - i, ++plugins) : 1;
  facts_number(f, section, "count", plugins);
}
