#ifndef LIANGKA_ALERT_MESSAGE_H_
#define LIANGKA_ALERT_MESSAGE_H_

/*
 * What is sent to one receiver at once: one alert or several.
 *
 * Webhook and command: a JSON object
 *	{"version":1,"delivery":ID,"node":NAME,"receiver":NAME,"sent":RFC3339,
 *	"alerts":[{"id":ID,"seq":N,"level":WORD,...},...]}
 * `id` of an alert is the same at every attempt: by it a receiver knows what it has
 * already.  A webhook's request has the headers
 *	Content-Type: application/json
 *	Liangka-Delivery: ID		of this message; of a single alert, its id
 *	Liangka-Timestamp: SECONDS	UTC, decimal
 *	Liangka-Signature: sha256=HEX
 * HEX is HMAC-SHA-256 with the bytes of the secret (without line end) as its key over
 * the timestamp's digits, a '.', and the body as it came, in lower-case hexadecimal.  A
 * receiver refuses timestamps more than five minutes from its own clock.
 *
 * WeCom: {"msgtype":"markdown","markdown":{"content":...}} or "text".  DingTalk: the
 * same with "title" and "text", and where there is a secret &timestamp=MS&sign=... with
 * the robot's own signature: base 64 of HMAC-SHA-256 of "MS\nSECRET" under SECRET.
 *
 * Mail: RFC 5322 with a subject of RFC 2047 words and a text in base 64, so that no line
 * of it can be a command or a head.
 */

#include <stddef.h>
#include <stdint.h>

#include "alert.h"
#include "alert_routing.h"

#define ALERT_BODY_MAX (256u << 10)
#define ALERT_HEADERS 4
#define ALERT_HEADER_MAX 192

struct alert_message {
	char *body;		/* ALERT_BODY_MAX bytes, of the message */
	size_t len;
	char id[ALERT_ID_MAX];
	char url[ALERT_URL_MAX + 256];
	char header[ALERT_HEADERS][ALERT_HEADER_MAX];
	size_t nheaders;
	size_t n;		/* alerts in it */
};

/**
 * alert_message_init(m): Prepare a message; 0 or -1 when out of memory.
 * alert_message_free(m): Free what it holds.
 */
int alert_message_init(struct alert_message *m);
void alert_message_free(struct alert_message *m);

/**
 * alert_message_make(m, to, names, v, n, now_ms): Make the message with the first of n
 * alerts, as many as fit.  Return how many these are; 0: not even one does.
 */
size_t alert_message_make(struct alert_message *m,
    const struct alert_receiver *to, const struct alert_names *names,
    const struct alert_told *v, size_t n, int64_t now_ms);

/**
 * alert_message_mail(m, to, names, v, n, now_ms): The same for mail alone.
 */
size_t alert_message_mail(struct alert_message *m,
    const struct alert_receiver *to, const struct alert_names *names,
    const struct alert_told *v, size_t n, int64_t now_ms);

#endif /* !LIANGKA_ALERT_MESSAGE_H_ */
