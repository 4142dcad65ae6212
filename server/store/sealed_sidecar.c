#include <string.h>

#include "sealed.h"
#include "sealed_scan.h"

#define SIDECAR_HEAD	10

/* Write a sidecar. */
size_t
sealed_sidecar_write(uint8_t *out, size_t cap, const struct sealed_sidecar *sc)
{

	if (sc->cms_len > SEALED_CMS_MAX || sc->message_len == 0 ||
	    sc->message_len > SEALED_MESSAGE_MAX ||
	    SIDECAR_HEAD + sc->cms_len + sc->message_len > cap)
		return (0);
	sealed_put64(out, sc->key);
	out[8] = (uint8_t)(sc->cms_len >> 8);
	out[9] = (uint8_t)sc->cms_len;
	if (sc->cms_len > 0)
		memcpy(out + SIDECAR_HEAD, sc->cms, sc->cms_len);
	memcpy(out + SIDECAR_HEAD + sc->cms_len, sc->message,
	    sc->message_len);
	return (SIDECAR_HEAD + sc->cms_len + sc->message_len);
}

/* Take a sidecar apart. */
int
sealed_sidecar_read(struct sealed_sidecar *sc, const uint8_t *p, size_t len)
{
	size_t n;

	memset(sc, 0, sizeof(*sc));
	if (len < SIDECAR_HEAD)
		return (-1);
	n = (size_t)p[8] << 8 | p[9];
	if (n > SEALED_CMS_MAX || len - SIDECAR_HEAD <= n ||
	    len - SIDECAR_HEAD - n > SEALED_MESSAGE_MAX)
		return (-1);
	sc->key = sealed_get64(p);
	sc->cms = p + SIDECAR_HEAD;
	sc->cms_len = n;
	sc->message = p + SIDECAR_HEAD + n;
	sc->message_len = len - SIDECAR_HEAD - n;
	return (0);
}

/* Write the associated data. */
size_t
sealed_ad(uint8_t out[SEALED_AD_MAX], const char *node, uint64_t seq)
{
	size_t n = strnlen(node, SEALED_AD_MAX - 1 - 8);

	memcpy(out, node, n);
	out[n] = 0;
	sealed_put64(out + n + 1, seq);
	return (n + 1 + 8);
}
