/* registry.c - every network by its name. */
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

static const model_entry *find_entry(const char *name, size_t length) {
  for (size_t f = 0; f < sizeof families / sizeof *families; f++)
    for (size_t e = 0; e < families[f]->count; e++) {
      const model_entry *entry = &families[f]->entries[e];
      if (strlen(entry->name) == length && !strncmp(entry->name, name, length)) return entry;
    }
  return NULL;
}

const model_entry *model_find(const char *name) {
  const char *variant = strchr(name, '@');
  const model_entry *entry = find_entry(name, variant ? (size_t)(variant - name) : strlen(name));
  if (!entry) {
    gconv_error(GCONV_INVALID, "no network is called '%.80s'", name);
    return NULL;
  }
  if (!variant || (entry->variant && !strcmp(variant + 1, entry->variant))) return entry;
  gconv_error(GCONV_INVALID, "%s has no variant '%.80s'%s%s", entry->name, variant + 1, entry->variant ? ", but " : "",
              entry->variant ? entry->variant : "");
  return NULL;
}

gconv_status model_build(const char *name, int image, model **out) {
  *out = NULL;
  const model_entry *entry = model_find(name);
  if (!entry) return GCONV_INVALID;
  model *m = model_create(name);
  if (!m) return gconv_error(GCONV_NO_MEMORY, "no memory for %s", name);
  const char *variant = strchr(name, '@');
  entry->build(m, entry, image ? image : entry->image, variant ? variant + 1 : NULL);
  const gconv_status status = model_status(m);
  if (status)
    model_free(m);
  else
    *out = m;
  return status;
}
