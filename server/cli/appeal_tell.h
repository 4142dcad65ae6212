#ifndef LIANGKA_APPEAL_TELL_H_
#define LIANGKA_APPEAL_TELL_H_

/*
 * Appeals, told.
 */

#include <stdint.h>

#include "lists/appeal.h"

struct tool;

/**
 * appeal_tell_state(t, a, word): Where it stands, as people read it, or as the word of
 * JSON.  appeal_tell_overdue(a, today): Should something have been done by now?
 * appeal_tell_about(a, buf, cap): "sanction/118", or the decision's id; return buf.
 */
const char *appeal_tell_state(const struct tool *t, const struct appeal *a,
    int word);
int appeal_tell_overdue(const struct appeal *a, int32_t today);
const char *appeal_tell_about(const struct appeal *a, char *buf, size_t cap);

/**
 * appeal_tell(t, a, today): Write all about one, as text or as JSON.
 */
void appeal_tell(const struct tool *t, const struct appeal *a, int32_t today);

#endif /* !LIANGKA_APPEAL_TELL_H_ */
