#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keydisk.h"
#include "keys/seal.h"
#include "keys/wipe.h"
#include "store/entry.h"
#include "store/sealed.h"
#include "store/wal.h"

#include "args.h"
#include "sealread.h"
#include "tool.h"

#define PATH_SIZE 4096

/* Is it a good sealing key? */
int
sealread_key(const struct tool *t, const char *key)
{
	struct keyfile_error err;
	struct keyfile k;
	int rc;

	rc = keydisk_read(&k, key, KEYFILE_SEAL, &err);
	keyfile_wipe(&k);
	if (rc == 0)
		return (ARGS_GO);
	return (tool_fail(t, err.fault == KEYFILE_ABSENT ? TOOL_NOINPUT :
	    err.fault == KEYFILE_DENIED ? TOOL_DENIED : err.fault ==
	    KEYFILE_IO ? TOOL_IO : TOOL_DATA, "--key：%s", "--key: %s",
	    err.text));
}

/* Say that it was erased. */
static int
erased(const struct tool *t, uint64_t seq)
{

	return (tool_fail(t, TOOL_NO, "记录 %" PRIu64 " 的身份信息已被删除",
	    "the identity beside entry %" PRIu64 " was erased", seq));
}

/* Keep a CMS, the newest one that was read. */
static void
keep_cms(struct sealed_item *item, const struct sealed_sidecar *sc,
    uint64_t *number)
{

	if (sc->cms_len == 0)
		return;
	memcpy(item->cms, sc->cms, sc->cms_len);
	item->cms_len = sc->cms_len;
	*number = sc->key;
}

/* Look through a wal/ up to the entry: 1 found, 0 not there, -1 its key is not. */
static int
look_through(struct wal_reader *r, uint64_t seq, struct sealed_item *item)
{
	struct sealed_sidecar sc;
	struct wal_entry w;
	uint64_t number = 0;

	while (wal_reader_next(r, UINT64_MAX, &w) == 1 && w.seq <= seq) {
		if (w.seq == seq && w.erased) {
			item->erased = 1;
			return (1);
		}
		if (w.sidecar == NULL || sealed_sidecar_read(&sc, w.sidecar,
		    w.sidecar_len) != 0)
			continue;
		keep_cms(item, &sc, &number);
		if (w.seq != seq)
			continue;
		memcpy(item->message, sc.message, sc.message_len);
		item->message_len = sc.message_len;
		return (item->cms_len > 0 && number == sc.key ? 1 : -1);
	}
	return (0);
}

/* Find it in wal/. */
static int
find_in_wal(const struct tool *t, const char *dir, uint64_t seq,
    struct sealed_item *item)
{
	char path[PATH_SIZE], err[1024];
	struct wal_reader *r;
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/wal", dir);
	item->cms_len = 0;
	if ((r = wal_reader_open(NULL, path, 0, 0, err, sizeof(err))) !=
	    NULL) {
		rc = look_through(r, seq, item);
		wal_reader_close(r);
	}
	if (rc == 1)
		return (ARGS_GO);
	if (rc == -1)
		return (tool_fail(t, TOOL_LATER,
		    "身份信息正在转存，请稍后再试",
		    "the identity is just being moved: ask again in a moment"));
	return (tool_fail(t, TOOL_DATA,
	    "%s 中没有记录 %" PRIu64 " 封存的身份信息",
	    "%s holds no sealed identity of entry %" PRIu64, dir, seq));
}

/* Find it. */
static int
find(const struct tool *t, const char *dir, const struct entry *e,
    struct sealed_item *item)
{
	char path[PATH_SIZE], err[SEALED_ERROR_MAX] = "";
	int rc;

	if (snprintf(path, sizeof(path), "%s/sealed", dir) >=
	    (int)sizeof(path))
		return (tool_fail(t, TOOL_USAGE, "--data：路径过长",
		    "--data: path too long"));
	rc = sealed_find(NULL, path, e->seq, e->t, item, err, sizeof(err));
	if (rc < 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (rc == 0 && (rc = find_in_wal(t, dir, e->seq, item)) != ARGS_GO)
		return (rc);
	return (item->erased ? erased(t, e->seq) : ARGS_GO);
}

/* Open what was found. */
static int
open_item(const struct tool *t, const char *node, const struct entry *e,
    const char *keyfile, const struct sealed_item *item, char *text)
{
	uint8_t key[SEAL_KEY_LEN], ad[SEALED_AD_MAX];
	char err[SEAL_ERROR_MAX] = "";
	int64_t n = -1;

	if (seal_unwrap(key, item->cms, item->cms_len, keyfile, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (item->message_len < SEALREAD_MAX)
		n = seal_open((uint8_t *)text, key, item->message,
		    item->message_len, ad, sealed_ad(ad, node, e->seq));
	wipe(key, sizeof(key));
	if (n < 0)
		return (tool_fail(t, TOOL_DATA,
		    "记录 %" PRIu64 " 的身份信息无法解开：已被改动，或不属于节点 %s（见 --origin）",
		    "the identity beside entry %" PRIu64 " does not open: it "
		    "was altered, or is not of node %s (see --origin)",
		    e->seq, node));
	text[n] = '\0';
	return (ARGS_GO);
}

/* Open an identity. */
int
sealread_text(const struct tool *t, const char *dir, const char *node,
    const struct entry *e, const char *key, char *text)
{
	struct sealed_item *item;
	int rc;

	if ((item = calloc(1, sizeof(*item))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = find(t, dir, e, item)) == ARGS_GO)
		rc = open_item(t, node, e, key, item, text);
	free(item);
	return (rc);
}

/* Find the end of a string behind its first quote; NULL when there is none. */
static const char *
string_end(const char *p)
{

	for (; *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0')
			return (NULL);
	}
	return (p);
}

/* Take the next member. */
int
sealread_next(const char **p, struct sealread_member *m)
{
	const char *s = *p, *end;

	if (*s == '}')
		return (s[1] == '\0' ? 0 : -1);
	if (*s != '{' && *s != ',')
		return (-1);
	if (s[1] == '}' && *s == '{')
		return (s[2] == '\0' ? 0 : -1);
	if (s[1] != '"' || (end = string_end(s + 2)) == NULL || end[1] != ':')
		return (-1);
	m->name = s + 2;
	m->name_len = (size_t)(end - m->name);
	s = end + 2;
	m->string = *s == '"';
	if (m->string) {
		m->value = ++s;
		if ((end = string_end(s)) == NULL)
			return (-1);
		m->len = (size_t)(end - s);
		*p = end + 1;
		return (1);
	}
	m->value = s;
	m->len = strspn(s, "0123456789");
	*p = s + m->len;
	return (m->len > 0 ? 1 : -1);
}

/* Resolve a string. */
void
sealread_string(const struct sealread_member *m, char *buf, size_t cap)
{
	size_t i, n = 0;

	for (i = 0; i < m->len && n + 1 < cap; i++) {
		if (m->value[i] == '\\' && i + 1 < m->len &&
		    (m->value[i + 1] == '"' || m->value[i + 1] == '\\'))
			i++;
		buf[n++] = m->value[i];
	}
	buf[n] = '\0';
}
