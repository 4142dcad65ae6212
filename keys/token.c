#include <sys/mman.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hex.h"
#include "keydisk.h"
#include "label.h"
#include "token.h"
#include "wipe.h"

/* One epoch: for every label the HMAC that has absorbed key and label block. */
struct epoch {
	union token_state	begun[TOKEN_LABELS];
	uint32_t		number;
	int			gm;
	char			expires[KEYFILE_CREATED_LEN + 1];
	char			id[KEYFILE_ID_HEX + 1];
};

struct token_keys {
	size_t		mapped;		/* bytes of this mapping */
	int		locked;
	unsigned	n;
	struct epoch	epoch[TOKEN_EPOCHS_MAX];	/* newest first */
};

static const char *const labels[TOKEN_LABELS] = {
	[TOKEN_PERSON] = "liangka/v1/person",
	[TOKEN_AGENT] = "liangka/v1/agent",
	[TOKEN_PHONE] = "liangka/v1/phone",
	[TOKEN_ADDRESS] = "liangka/v1/address",
	[TOKEN_DEVICE] = "liangka/v1/device",
	[TOKEN_ORG] = "liangka/v1/org",
	[TOKEN_CARD] = "liangka/v1/card",
	[TOKEN_CONTENT] = "liangka/v1/content",
};

/* Map pages for secrets: not in core dumps, not swapped when that is allowed. */
static struct token_keys *
map_keys(void)
{
	struct token_keys *keys;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (sizeof(*keys) + page - 1) / page * page;
	void *p;

	p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return (NULL);
	(void)madvise(p, size, MADV_DONTDUMP);
	keys = p;
	keys->mapped = size;
	keys->locked = mlock(p, size) == 0;
	return (keys);
}

/* Compute the states of an epoch. */
static void
begin_all(struct epoch *e, const uint8_t secret[KEYFILE_SECRET_LEN])
{
	union token_state h;

	memset(&h, 0, sizeof(h));
	if (e->gm)
		sm3_hmac_init(&h.sm3, secret, KEYFILE_SECRET_LEN);
	else
		sha256_hmac_init(&h.sha256, secret, KEYFILE_SECRET_LEN);
	for (unsigned i = 0; i < TOKEN_LABELS; i++) {
		e->begun[i] = h;
		if (e->gm)
			label_absorb_sm3(&e->begun[i].sm3, labels[i]);
		else
			label_absorb(&e->begun[i].sha256, labels[i]);
	}
	wipe(&h, sizeof(h));
}

/* Put one key at its place, newest first; -1 when its epoch is there already. */
static int
insert(struct token_keys *keys, const struct keyfile *file)
{
	struct epoch *e;
	unsigned at = 0;

	while (at < keys->n && keys->epoch[at].number > file->epoch)
		at++;
	if (at < keys->n && keys->epoch[at].number == file->epoch)
		return (-1);
	e = &keys->epoch[at];
	memmove(e + 1, e, (keys->n - at) * sizeof(*e));
	keys->n++;
	e->number = file->epoch;
	e->gm = file->algorithm == KEYFILE_HMAC_SM3;
	memcpy(e->expires, file->expires, sizeof(e->expires));
	memcpy(e->id, file->id, sizeof(e->id));
	begin_all(e, file->secret);
	return (0);
}

/* Find a key by its id. */
static int
has_id(const struct token_keys *keys, const char *id)
{

	for (unsigned i = 0; i < keys->n; i++)
		if (strcmp(keys->epoch[i].id, id) == 0)
			return (1);
	return (0);
}

/* Compute all states from keys in memory. */
struct token_keys *
token_keys_from(const struct keyfile *files, size_t n, char *err, size_t errlen)
{
	struct token_keys *keys;

	if (n < 1 || n > TOKEN_EPOCHS_MAX) {
		(void)snprintf(err, errlen, "%zu token keys given; 1 to %d may "
		    "be live at once", n, TOKEN_EPOCHS_MAX);
		return (NULL);
	}
	keys = map_keys();
	if (keys == NULL) {
		(void)snprintf(err, errlen, "no memory for token keys: %s",
		    strerror(errno));
		return (NULL);
	}
	for (size_t i = 0; i < n; i++) {
		if ((files[i].kind != KEYFILE_TOKEN_PERSON &&
		    files[i].kind != KEYFILE_TOKEN_LIST) ||
		    files[i].kind != files[0].kind) {
			(void)snprintf(err, errlen, "key %.16s is not of kind "
			    "%s", files[i].id, i > 0 && files[0].kind ==
			    KEYFILE_TOKEN_LIST ? "token-list" : "token-person");
			goto bad;
		}
		if (has_id(keys, files[i].id)) {
			(void)snprintf(err, errlen, "key %.16s of epoch %u is "
			    "given twice; name one key file per epoch",
			    files[i].id, (unsigned)files[i].epoch);
			goto bad;
		}
		if (insert(keys, &files[i]) != 0) {
			(void)snprintf(err, errlen, "epoch %u is given twice, "
			    "the second time by key %.16s; name one key file "
			    "per epoch", (unsigned)files[i].epoch, files[i].id);
			goto bad;
		}
	}
	if (mprotect(keys, keys->mapped, PROT_READ) != 0) {
		(void)snprintf(err, errlen, "cannot make token keys read-only: "
		    "%s", strerror(errno));
		goto bad;
	}
	return (keys);

bad:
	token_keys_free(keys);
	return (NULL);
}

/* Read key files and compute all states. */
static struct token_keys *
load(enum keyfile_kind kind, const char *const *paths, size_t n, char *err,
    size_t errlen)
{
	struct token_keys *keys = NULL;
	struct keyfile files[TOKEN_EPOCHS_MAX];
	struct keyfile_error e;
	size_t have = 0;

	while (have < n && have < TOKEN_EPOCHS_MAX) {
		if (keydisk_read(&files[have], paths[have], kind, &e) != 0) {
			(void)snprintf(err, errlen, "%s", e.text);
			goto done;
		}
		have++;
	}
	keys = token_keys_from(files, n, err, errlen);

done:
	wipe(files, sizeof(files));
	return (keys);
}

/* Read the keys of people and shared attributes. */
struct token_keys *
token_keys_load(const char *const *paths, size_t n, char *err, size_t errlen)
{

	return (load(KEYFILE_TOKEN_PERSON, paths, n, err, errlen));
}

/* Read the keys of lists. */
struct token_keys *
token_keys_load_list(const char *const *paths, size_t n, char *err,
    size_t errlen)
{

	return (load(KEYFILE_TOKEN_LIST, paths, n, err, errlen));
}

/* Wipe and unmap. */
void
token_keys_free(struct token_keys *keys)
{
	size_t size;

	if (keys == NULL)
		return;
	size = keys->mapped;
	if (mprotect(keys, size, PROT_READ | PROT_WRITE) == 0)
		wipe(keys, size);
	(void)munmap(keys, size);
}

/* Count the epochs. */
unsigned
token_keys_count(const struct token_keys *keys)
{

	return (keys->n);
}

/* Name an epoch by its number. */
uint32_t
token_keys_epoch(const struct token_keys *keys, unsigned index)
{

	assert(index < keys->n);
	return (keys->epoch[index].number);
}

/* Find an epoch by its number. */
int
token_keys_find(const struct token_keys *keys, uint32_t epoch)
{

	for (unsigned i = 0; i < keys->n; i++)
		if (keys->epoch[i].number == epoch)
			return ((int)i);
	return (-1);
}

/* Give the fingerprint of an epoch's key. */
const char *
token_keys_id(const struct token_keys *keys, unsigned index)
{

	assert(index < keys->n);
	return (keys->epoch[index].id);
}

/* Say whether all tokens are of the gm profile. */
int
token_keys_gm(const struct token_keys *keys)
{

	for (unsigned i = 0; i < keys->n; i++)
		if (!keys->epoch[i].gm)
			return (0);
	return (1);
}

/* Find a key whose time is over. */
int
token_keys_fresh(const struct token_keys *keys, int64_t now, char *err,
    size_t errlen)
{
	const struct epoch *e;
	int64_t end;

	for (unsigned i = 0; i < keys->n; i++) {
		e = &keys->epoch[i];
		if (keyfile_time_parse(&end, e->expires,
		    strlen(e->expires)) == 0 && now >= end) {
			(void)snprintf(err, errlen, "the token key %.16s of "
			    "epoch %u expired at %s; make its successor with "
			    "\"liangka-keys rotate\"", e->id,
			    (unsigned)e->number, e->expires);
			return (-1);
		}
	}
	return (0);
}

/* Say whether the pages are locked. */
int
token_keys_locked(const struct token_keys *keys)
{

	return (keys->locked);
}

/* Copy the state that has absorbed key and label. */
void
token_begin(struct token_stream *s, const struct token_keys *keys,
    unsigned index, enum token_label label)
{
	const struct epoch *e;

	assert(index < keys->n && (unsigned)label < TOKEN_LABELS);
	e = &keys->epoch[index];
	s->state = e->begun[label];
	s->gm = e->gm;
}

/* Add a piece. */
void
token_update(struct token_stream *s, const void *data, size_t len)
{

	if (s->gm)
		sm3_hmac_update(&s->state.sm3, data, len);
	else
		sha256_hmac_update(&s->state.sha256, data, len);
}

/* Cut the code to a token. */
void
token_final(struct token_stream *s, struct token *out)
{
	uint8_t mac[SHA256_LEN];

	if (s->gm)
		sm3_hmac_final(&s->state.sm3, mac);
	else
		sha256_hmac_final(&s->state.sha256, mac);
	s->gm = 0;
	memcpy(out->b, mac, sizeof(out->b));
	wipe(mac, sizeof(mac));
}

/* Give a stream up. */
void
token_drop(struct token_stream *s)
{

	wipe(s, sizeof(*s));
}

/* Make a token of one piece. */
void
token_make(struct token *out, const struct token_keys *keys, unsigned index,
    enum token_label label, const void *data, size_t len)
{
	struct token_stream s;

	token_begin(&s, keys, index, label);
	token_update(&s, data, len);
	token_final(&s, out);
}

/* Name a label. */
const char *
token_label_name(enum token_label label)
{

	assert((unsigned)label < TOKEN_LABELS);
	return (labels[label]);
}

/* Compare without stopping early. */
int
token_equal(const struct token *a, const struct token *b)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < sizeof(a->b); i++)
		diff |= a->b[i] ^ b->b[i];
	return (diff == 0);
}

/* Print a token. */
void
token_hex(const struct token *t, char out[TOKEN_HEX_LEN + 1])
{

	hex_encode(out, t->b, sizeof(t->b));
}

/* Read a token. */
int
token_unhex(struct token *out, const char *text, size_t len)
{

	if (len != TOKEN_HEX_LEN) {
		memset(out, 0, sizeof(*out));
		return (-1);
	}
	return (hex_decode(out->b, text, sizeof(out->b)));
}
