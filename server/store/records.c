#include <assert.h>
#include <string.h>

#include "keys/sha256.h"

#include "records.h"

/* Write the key of a decision. */
void
record_seq_key(uint8_t key[8], uint64_t seq)
{
	int i;

	for (i = 7; i >= 0; i--) {
		key[i] = (uint8_t)seq;
		seq >>= 8;
	}
}

#define TEXTS_MAX 160		/* of a key, each with its NUL */

/* The last key of a kind: one entry asks for it several times. */
struct memo {
	char texts[TEXTS_MAX];
	size_t len;
	uint8_t key[RECORD_HASH_KEY];
};

/* Hash a label and texts, each with its NUL, into a short key. */
static void
hash_key(struct memo *m, uint8_t key[RECORD_HASH_KEY],
    const char *const *texts, size_t n)
{
	uint8_t digest[SHA256_LEN];
	char buf[TEXTS_MAX];
	size_t i, size, len = 0;

	for (i = 0; i < n; i++) {
		size = strlen(texts[i]) + 1;
		assert(size <= sizeof(buf) - len);
		memcpy(&buf[len], texts[i], size);
		len += size;
	}
	/* cppcheck-suppress uninitvar ; its first len bytes are written above */
	if (len != m->len || memcmp(buf, m->texts, len) != 0) {
		sha256_of(digest, buf, len);
		memcpy(m->key, digest, sizeof(m->key));
		memcpy(m->texts, buf, len);
		m->len = len;
	}
	memcpy(key, m->key, RECORD_HASH_KEY);
}

/* Write the key of a transaction. */
void
record_txn_key(uint8_t key[RECORD_HASH_KEY], const char *from,
    const char *inst, const char *txn, int dry)
{
	static _Thread_local struct memo memo;
	const char *texts[] = { dry ? "dry" : "txn", inst, txn, from };

	hash_key(&memo, key, texts, from[0] != '\0' ? 4 : 3);
}

/* Write the key of a teller. */
void
record_teller_key(uint8_t key[RECORD_HASH_KEY], const char *inst,
    const char *outlet, const char *teller)
{
	static _Thread_local struct memo memo;
	const char *texts[] = { "teller", inst, outlet, teller };

	hash_key(&memo, key, texts, 4);
}

/* Write the key of a card. */
void
record_card_key(uint8_t key[RECORD_CARD_KEY], const struct token *card,
    uint32_t inst)
{

	memcpy(key, card->b, TOKEN_LEN);
	key[TOKEN_LEN] = (uint8_t)(inst >> 24);
	key[TOKEN_LEN + 1] = (uint8_t)(inst >> 16);
	key[TOKEN_LEN + 2] = (uint8_t)(inst >> 8);
	key[TOKEN_LEN + 3] = (uint8_t)inst;
}

/* The key of a list token seen here. */
void
record_seen_key(uint8_t key[RECORD_SEEN_KEY], int subject,
    const struct token *t)
{

	key[0] = (uint8_t)subject;
	memcpy(&key[1], t->b, TOKEN_LEN);
}

/* The key of a head of a campaign. */
void
record_head_key(uint8_t key[RECORD_HASH_KEY], const char *campaign,
    const struct token *person)
{
	static _Thread_local struct memo memo;
	char who[TOKEN_HEX_LEN + 1];
	const char *texts[] = { "campaign", campaign, who };

	token_hex(person, who);
	hash_key(&memo, key, texts, 3);
}

/* The key of what several persons may share. */
void
record_shared_key(uint8_t key[RECORD_SEEN_KEY], int kind,
    const struct token *t)
{

	key[0] = (uint8_t)kind;
	memcpy(&key[1], t->b, TOKEN_LEN);
}

/* The key of an outlet's days: its number, big-endian. */
void
record_outlet_key(uint8_t key[4], uint32_t outlet)
{

	key[0] = (uint8_t)(outlet >> 24);
	key[1] = (uint8_t)(outlet >> 16);
	key[2] = (uint8_t)(outlet >> 8);
	key[3] = (uint8_t)outlet;
}

/* Write the key of what a node told, or is to be told. */
void
record_below_key(uint8_t key[RECORD_BELOW_KEY], const char *node,
    uint64_t seq)
{

	memset(key, 0, 16);
	memcpy(key, node, strnlen(node, 15));
	record_seq_key(&key[16], seq);
}
