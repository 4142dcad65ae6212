#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/sha256.h"
#include "keys/signkey.h"
#include "keys/token.h"
#include "keys/wipe.h"
#include "store/origin.h"

#include "config.h"
#include "nodekeys.h"

/* What a profile wants, in the order of the signature lines. */
static const struct {
	enum note_type type;
	enum config_profile profile;
	const char *algorithm;
} wanted[] = {
	{ NOTE_ED25519, CONFIG_STANDARD, "ed25519" },
	{ NOTE_SM2, CONFIG_GM, "sm2-sm3" },
};

/* Is a key of this type wanted? */
static int
wants(const struct config *c, size_t i)
{

	return (wanted[i].profile == CONFIG_STANDARD ||
	    wanted[i].profile == (enum config_profile)c->profile);
}

/*
 * A sandbox's key: it must be the same over a restart, and nobody may take it for
 * more than a toy, so it is made of what anybody may know.
 */
static int
make(struct note_signer *s, const char *name, enum note_type type,
    const struct token_keys *tokens)
{
	uint8_t secret[SHA256_LEN];
	char text[128];
	int n;

	n = snprintf(text, sizeof(text), "liangka sandbox log key %02x %s",
	    (unsigned)type, token_keys_id(tokens, 0));
	sha256_of(secret, text, (size_t)n);
	return (note_signer_make(s, name, type, secret));
}

/* See that a key is that of this node. */
static int
check(const struct note_signer *s, const char *path, const char *name,
    char *err, size_t errlen)
{

	if (strcmp(s->public.name, name) == 0)
		return (0);
	(void)snprintf(err, errlen, "%s: this is the key of %s; the one of %s "
	    "is wanted", path, s->public.name, name);
	return (-1);
}

/* Put a key into its place. */
static int
place(struct nodekeys *k, const struct note_signer *s, const struct config *c,
    const char *path, char *err, size_t errlen)
{
	size_t i;

	for (i = 0; i < NODEKEYS_MAX; i++)
		if (wanted[i].type == (enum note_type)s->public.type)
			break;
	if (i == NODEKEYS_MAX || !wants(c, i)) {
		(void)snprintf(err, errlen, "%s: a key of this algorithm does "
		    "not belong to the profile; gm has ed25519 and sm2-sm3, "
		    "standard ed25519 alone", path);
		return (-1);
	}
	if (k->signer[i].public.name[0] != '\0') {
		(void)snprintf(err, errlen, "%s: a second key of algorithm %s",
		    path, wanted[i].algorithm);
		return (-1);
	}
	k->signer[i] = *s;
	return (0);
}

/* Load one key file. */
static int
load(struct nodekeys *k, const struct config *c, const char *path,
    const char *name, char *err, size_t errlen)
{
	struct keyfile_error e;
	struct note_signer s;
	int rc;

	if (signkey_load(&s, path, KEYFILE_LOG, (int64_t)time(NULL), &e) != 0) {
		(void)snprintf(err, errlen, "%s", e.text);
		return (-1);
	}
	rc = check(&s, path, name, err, errlen);
	if (rc == 0)
		rc = place(k, &s, c, path, err, errlen);
	note_signer_wipe(&s);
	return (rc);
}

/* See that all are there, and list them. */
static int
complete(struct nodekeys *k, const struct config *c, const char *name,
    const struct token_keys *tokens, char *err, size_t errlen)
{
	size_t i;

	for (i = 0; i < NODEKEYS_MAX; i++) {
		if (!wants(c, i))
			continue;
		if (k->signer[i].public.name[0] == '\0' && c->sandbox &&
		    make(&k->signer[i], name, wanted[i].type, tokens) != 0) {
			(void)snprintf(err, errlen, "no key for the sandbox's "
			    "log could be made");
			return (-1);
		}
		if (k->signer[i].public.name[0] == '\0') {
			(void)snprintf(err, errlen, "[log] wants a key of "
			    "algorithm %s too: \"liangka-keys new log --name "
			    "%s --algorithm %s\"", wanted[i].algorithm, name,
			    wanted[i].algorithm);
			return (-1);
		}
		k->list[k->n++] = &k->signer[i];
	}
	return (0);
}

/* Load the keys. */
int
nodekeys_load(struct nodekeys *k, const struct config *c,
    const struct token_keys *tokens, char *err, size_t errlen)
{
	char name[ORIGIN_MAX];
	size_t i;

	memset(k, 0, sizeof(*k));
	origin_node(name, c->domain, c->node);
	for (i = 0; i < c->nlog_keys; i++)
		if (load(k, c, c->log_key[i], name, err, errlen) != 0)
			goto fail;
	if (complete(k, c, name, tokens, err, errlen) == 0)
		return (0);
fail:
	nodekeys_wipe(k);
	return (-1);
}

/* Forget the keys. */
void
nodekeys_wipe(struct nodekeys *k)
{

	wipe(k, sizeof(*k));
}

/* Say which keys are in force. */
void
nodekeys_tell(char text[NODEKEYS_TEXT], const struct nodekeys *k,
    const struct token_keys *tokens)
{
	size_t n = 0, i;

	text[0] = '\0';
	for (i = 0; i < token_keys_count(tokens); i++)
		n += (size_t)snprintf(text + n, NODEKEYS_TEXT - n,
		    "%stoken %u:%s", n > 0 ? " " : "",
		    (unsigned)token_keys_epoch(tokens, (unsigned)i),
		    token_keys_id(tokens, (unsigned)i));
	for (i = 0; i < k->n; i++)
		n += (size_t)snprintf(text + n, NODEKEYS_TEXT - n,
		    "%slog 0x%02x:%08x", n > 0 ? " " : "",
		    (unsigned)k->list[i]->public.type,
		    (unsigned)k->list[i]->public.id);
}
