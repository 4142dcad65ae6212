#ifndef LIANGKA_CONF_VALUE_H_
#define LIANGKA_CONF_VALUE_H_

#include "conf.h"

/* One word or string of a document, decoded. */
struct conf_item {
	size_t	at;		/* byte in the document */
	size_t	span;		/* bytes there, with quotes */
	int	quoted;
	size_t	len;
	char	text[CONF_MAX_VALUE + 1];
};

/**
 * conf_value_item(doc, at, end, item):
 * Read the word or string at the byte ${at} of ${doc}, before ${end}, into
 * ${item}.  Return 0, or -1 after reporting an error.
 */
int conf_value_item(struct conf_doc *doc, size_t at, size_t end,
    struct conf_item *item);

/**
 * conf_value_number(doc, key, item, number):
 * Take ${item} as the number that ${key} (any kind but CONF_STRING and
 * CONF_LIST) wants, check its range and store it in ${number}.  Return 0, or
 * -1 after reporting an error.
 */
int conf_value_number(struct conf_doc *doc, const struct conf_key *key,
    const struct conf_item *item, int64_t *number);

/**
 * conf_value_odd(doc, at, end, wanted):
 * Report that at the byte ${at} of ${doc} ${wanted} should stand, and what
 * stands there instead (the line ends at ${end}).
 */
void conf_value_odd(struct conf_doc *doc, size_t at, size_t end,
    const char *wanted);

#endif /* !LIANGKA_CONF_VALUE_H_ */
