/* registry.c - every network by its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>

static const model_family *const families[] = {&family_alexnet,   &family_googlenet,  &family_resnet, &family_xception,
                                               &family_mobilenet, &family_shufflenet, &family_regnet};

const model_family *const *model_families(size_t *count) {
  *count = sizeof families / sizeof *families;
  return families;
}

const model_entry *model_find(const char *name) {
  const size_t length = strcspn(name, "@");
  for (size_t f = 0; f < sizeof families / sizeof *families; f++)
    for (size_t e = 0; e < families[f]->count; e++) {
      const model_entry *entry = &families[f]->entries[e];
      if (strlen(entry->name) == length && !strncmp(entry->name, name, length)) return entry;
    }
  return NULL;
}

static gconv_status check_variant(const model_entry *entry, const char *variant) {
  if (!variant || (entry->variant && !strcmp(variant, entry->variant))) return GCONV_OK;
  if (!entry->variant) return gconv_error(GCONV_INVALID, "%s has no variants, '%.80s' is none", entry->name, variant);
  return gconv_error(GCONV_INVALID, "%s has no variant '%.80s', only '%s'", entry->name, variant, entry->variant);
}

gconv_status model_build(const char *name, int image, model **out) {
  *out = NULL;
  const model_entry *entry = model_find(name);
  if (!entry) return gconv_error(GCONV_INVALID, "no network is called '%.80s'", name);
  const char *at = strchr(name, '@'), *variant = at ? at + 1 : NULL;
  gconv_status status = check_variant(entry, variant);
  if (status) return status;
  model *m = model_create(name);
  if (!m) return gconv_error(GCONV_NO_MEMORY, "no memory for %s", name);
  entry->build(m, entry, image ? image : entry->image, variant);
  status = model_status(m);
  if (status)
    model_free(m);
  else
    *out = m;
  return status;
}
