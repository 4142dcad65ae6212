#ifndef LIANGKA_ALERT_ROUTING_IMPL_H_
#define LIANGKA_ALERT_ROUTING_IMPL_H_

/* What the files alert_routing*.c share. */

#include "plugin/conf.h"

#include "alert_routing.h"

/* Keys of [receiver]; the table is in this order. */
enum alert_key {
	ALERT_K_KIND, ALERT_K_URL, ALERT_K_URL_FILE, ALERT_K_SECRET, ALERT_K_CA,
	ALERT_K_CERT, ALERT_K_KEY, ALERT_K_FORM, ALERT_K_COMMAND, ALERT_K_FROM,
	ALERT_K_TO, ALERT_K_USER, ALERT_K_PASSWORD, ALERT_K_LANGUAGE,
	ALERT_K_TIMEOUT, ALERT_K_DIGEST, ALERT_K_PAUSE, ALERT_K_BATCH,
	ALERT_KEYS
};

/* Where each key of a receiver stands; span 0: it does not. */
struct alert_keys {
	size_t at[ALERT_KEYS];
	size_t span[ALERT_KEYS];
};

extern const char *const alert_key_name[ALERT_KEYS];

/**
 * alert_receiver_check(doc, to, keys): See that the keys of a receiver go together and
 * mean something; report what does not, and fill in defaults.
 */
void alert_receiver_check(struct conf_doc *doc, struct alert_receiver *to,
    const struct alert_keys *keys);

/**
 * alert_receiver_address(text): May this stand as a mail address in an envelope and a
 * head?
 */
int alert_receiver_address(const char *text);

/**
 * alert_receiver_url(to, why, cap): See that the address is one for its kind.  Return 0,
 * or -1 with the reason in why.
 */
int alert_receiver_url(const struct alert_receiver *to, char *why, size_t cap);

/**
 * alert_receiver_secrets(to, dir, err): Read the files that it names, those that do not
 * begin with / from below dir.  Return 0, or -1 with a sentence in err.
 */
int alert_receiver_secrets(struct alert_receiver *to, const char *dir,
    char *err);

#endif /* !LIANGKA_ALERT_ROUTING_IMPL_H_ */
