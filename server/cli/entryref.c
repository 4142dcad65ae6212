#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/sha256.h"
#include "store/entry.h"

#include "args.h"
#include "entryref.h"
#include "logplace.h"
#include "logread.h"
#include "refid.h"
#include "tool.h"

/* Read digits alone. */
static int
digits(const char *s, uint64_t *v)
{

	*v = 0;
	if (*s == '\0' || strlen(s) > 19)
		return (-1);
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return (-1);
		*v = *v * 10 + (uint64_t)(*s - '0');
	}
	return (*v == 0 ? -1 : 0);
}

/* Take the node out of a decision id: what stands before the last two parts. */
static int
take_node(struct entryref *ref)
{
	const char *end = strrchr(ref->text, '-');
	size_t n;

	while (end > ref->text && end[-1] != '-')
		end--;
	n = (size_t)(end - ref->text);
	if (n < 2 || n > ENTRYREF_NODE_MAX)
		return (-1);
	memcpy(ref->node, ref->text, n - 1);
	ref->node[n - 1] = '\0';
	return (0);
}

/* Read an INDEX. */
int
entryref_parse(const struct tool *t, const char *text, struct entryref *ref)
{

	memset(ref, 0, sizeof(*ref));
	ref->text = text;
	if (digits(text, &ref->seq) == 0)
		return (ARGS_GO);
	ref->form = refid_parse(text, &ref->seq, ref->prefix);
	if (ref->form == 1 || (ref->form == 2 && take_node(ref) == 0))
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE,
	    "“%s”不是记录序号、决定编号或查询码",
	    "\"%s\" is neither the seq of an entry, nor a decision id, nor a "
	    "reference", text));
}

/* Is this the entry that was named? */
static int
is_it(const struct tool *t, const struct entryref *ref,
    const struct package_entry *pe, struct entry *e)
{
	uint8_t leaf[SHA256_LEN];
	size_t where;

	if (entry_parse(e, pe->text, pe->len, &where) != 0)
		return (tool_fail(t, TOOL_DATA,
		    "记录 %" PRIu64 " 无法读取（第 %zu 字节）",
		    "entry %" PRIu64 " cannot be read (byte %zu)", ref->seq,
		    where));
	sha256_leaf(leaf, pe->text, pe->len);
	if ((ref->form == 2 && memcmp(leaf, ref->prefix, 4) != 0) ||
	    (ref->form != 0 && e->kind != ENTRY_DECISION))
		return (tool_fail(t, TOOL_NO,
		    "没有编号为 %s 的决定，请核对编号",
		    "there is no decision %s: check the id", ref->text));
	return (ARGS_GO);
}

/* Read the entry. */
int
entryref_load(const struct tool *t, const char *dir,
    const struct entryref *ref, struct entry *e)
{
	struct logplace place = { .data = dir };
	struct package_entry pe;
	struct logread *r;
	int rc;

	if (snprintf(place.dir, sizeof(place.dir), "%s", dir) >=
	    (int)sizeof(place.dir))
		return (tool_fail(t, TOOL_USAGE, "--data：路径过长",
		    "--data: path too long"));
	if ((rc = logread_open(t, &place, &r)) != ARGS_GO)
		return (rc);
	switch (package_read(logread_package(r), ref->seq, &pe)) {
	case 0:
		rc = is_it(t, ref, &pe, e);
		break;
	case 1:
		rc = logread_trouble(r, TOOL_NO, "没有编号为 %s 的记录",
		    "there is no entry %s", ref->text);
		break;
	default:
		rc = logread_fault(r);
		break;
	}
	return (logread_close(r, rc));
}
