/* Tokens: what is stored, logged and sent in place of an identity number, a
 * phone, an address, a device, an organisation or a card.
 *
 * token = the first 16 bytes of HMAC(K_person[epoch], block || data)
 *
 * with HMAC-SHA-256, or HMAC-SM3 where the key says so (the gm profile), and block
 * 64 bytes: one byte with the length of the label, the label, zeros. It fills one
 * block of either hash, so the first bytes hashed always name the
 * label and no two (label, data) pairs share an input. The normal form of data is
 * the caller's written rule (for a person: the number family, then the
 * normalised number); changing such a rule needs a new label.
 *
 * Thread rule: a struct token_keys never changes once it is loaded (its pages are
 * read-only), so any number of threads may use it at once; running states live
 * on the caller's stack. */
#ifndef LIANGKA_KEYS_TOKEN_H
#define LIANGKA_KEYS_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "sha256.h"
#include "sm3.h"

#define TOKEN_LEN		16	/* bytes of a token */
#define TOKEN_HEX_LEN		32	/* its digits, without the NUL */
#define TOKEN_EPOCHS_MAX	4	/* epochs that may be live at once */

/* All 16 bytes are uniformly distributed: any part may serve as a table key. */
struct token {
	uint8_t	b[TOKEN_LEN];
};

/* What a token stands for. The strings are part of the format; the numbers here
 * are never stored. */
enum token_label {
	TOKEN_PERSON,		/* liangka/v1/person */
	TOKEN_AGENT,		/* liangka/v1/agent */
	TOKEN_PHONE,		/* liangka/v1/phone */
	TOKEN_ADDRESS,		/* liangka/v1/address */
	TOKEN_DEVICE,		/* liangka/v1/device */
	TOKEN_ORG,		/* liangka/v1/org: also an employer */
	TOKEN_CARD,		/* liangka/v1/card: card, account, SIM reference */
	TOKEN_CONTENT,		/* liangka/v1/content: digest of a request */
	TOKEN_LABELS		/* how many there are */
};

struct keyfile;
struct token_keys;

/* An HMAC in the making, by the algorithm of its key. */
union token_state {
	struct sha256_hmac	sha256;
	struct sm3_hmac		sm3;
};

/* A token in the making; on the caller's stack, no ownership. */
struct token_stream {
	union token_state	state;
	int			gm;		/* 1: HMAC-SM3 */
};

/* token_keys_load(paths, n, err, errlen):
 * Read n key files (1..TOKEN_EPOCHS_MAX) of kind token-person, one per live
 * epoch, with every check of keydisk_read. The newest epoch gets index 0. Return
 * the keys, to be freed by token_keys_free, or NULL with one sentence in err that
 * names the file and what to do. An epoch or id given twice is refused. Each key
 * has its own algorithm. */
struct token_keys *token_keys_load(const char *const *paths, size_t n,
	    char *err, size_t errlen);

/* token_keys_load_list(paths, n, err, errlen):
 * The same of kind token-list: tokens of the subjects of signed lists. */
struct token_keys *token_keys_load_list(const char *const *paths, size_t n,
	    char *err, size_t errlen);

/* token_keys_from(files, n, err, errlen):
 * The same from n key files already in memory, which stay the caller's to wipe.
 * The memory of the result is left out of core dumps, locked when the limits
 * allow it, and read-only. */
struct token_keys *token_keys_from(const struct keyfile *files, size_t n,
	    char *err, size_t errlen);

/* token_keys_free(keys):
 * Wipe and free keys. NULL is allowed. */
void	token_keys_free(struct token_keys *keys);

/* token_keys_count(keys):
 * How many epochs are live, 1..TOKEN_EPOCHS_MAX. */
unsigned token_keys_count(const struct token_keys *keys);

/* token_keys_epoch(keys, index):
 * The epoch number of index, 0 being the newest; index < token_keys_count. This
 * is the number an entry stores beside a token. */
uint32_t token_keys_epoch(const struct token_keys *keys, unsigned index);

/* token_keys_find(keys, epoch):
 * The index of an epoch number, or -1 when that epoch is not live. */
int	token_keys_find(const struct token_keys *keys, uint32_t epoch);

/* token_keys_id(keys, index):
 * The fingerprint of the key as 16 digits and a NUL; it is no secret and lives
 * as long as keys. Nodes whose ids differ cannot recognise each other's tokens. */
const char *token_keys_id(const struct token_keys *keys, unsigned index);

/* token_keys_gm(keys):
 * 1 when every epoch uses HMAC-SM3, else 0. */
int	token_keys_gm(const struct token_keys *keys);

/* token_keys_fresh(keys, now, err, errlen):
 * See that no key's time is over at now (seconds since 1970, UTC). Return 0, or -1
 * with one sentence in err. A program asks this before it begins to use them. */
int	token_keys_fresh(const struct token_keys *keys, int64_t now, char *err,
	    size_t errlen);

/* token_keys_locked(keys):
 * 1 when the memory could be locked against swapping, else 0: worth one line in
 * the log. */
int	token_keys_locked(const struct token_keys *keys);

/* token_make(out, keys, index, label, data, len):
 * Write the token of len bytes of data under label and the index-th epoch. It
 * cannot fail; index < token_keys_count. data stays the caller's to wipe. */
void	token_make(struct token *out, const struct token_keys *keys,
	    unsigned index, enum token_label label, const void *data,
	    size_t len);

/* token_begin(s, keys, index, label), token_update(s, data, len),
 * token_final(s, out):
 * The same token made piece by piece: equal to token_make of all pieces joined.
 * Pieces are not separated, so a caller binds their lengths himself.
 * token_final wipes s; a stream that is given up is wiped by token_drop.
 * A content digest is only comparable with one of the same epoch. */
void	token_begin(struct token_stream *s, const struct token_keys *keys,
	    unsigned index, enum token_label label);
void	token_update(struct token_stream *s, const void *data, size_t len);
void	token_final(struct token_stream *s, struct token *out);
void	token_drop(struct token_stream *s);

/* token_label_name(label):
 * The domain label as a static string. */
const char *token_label_name(enum token_label label);

/* token_equal(a, b):
 * 1 when a and b are the same, else 0, in a time that does not depend on where
 * they differ. */
int	token_equal(const struct token *a, const struct token *b);

/* token_hex(t, out):
 * Write t as 32 lower-case digits and a NUL. */
void	token_hex(const struct token *t, char out[TOKEN_HEX_LEN + 1]);

/* token_unhex(out, text, len):
 * Read a token from exactly 32 lower-case digits. Return 0, or -1 with out zeroed
 * when len or a digit is wrong. */
int	token_unhex(struct token *out, const char *text, size_t len);

#endif
