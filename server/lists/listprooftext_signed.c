#include <stdio.h>
#include <string.h>

#include "canonjson.h"
#include "listprooftext.h"
#include "repo_impl.h"

/* Load a root that signs itself. */
static int
load_root(struct repo_doc *root, const struct disk *disk, const char *path,
    char *err)
{
	int rc = repo_doc_read(root, disk, path, TUF_ROOT, err);

	if (rc == 1)
		return (repo_file_fail(err, "%s: there is no such file", path));
	if (rc != 0)
		return (-1);
	if (repo_doc_enough(root, root, TUF_ROOT))
		return (0);
	repo_doc_free(root);
	return (repo_file_fail(err, "%s: its own keys have not signed it",
	    path));
}

/* Does a targets file name this version of the list, with this root? */
static int
names(const struct repo_doc *doc, const struct listprooftext *p)
{
	const json_t *all = json_object_get(doc->body, "targets"), *v;
	struct tuf_target g;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)all, name, v) {
		if (repo_target_get(name, v, &g) != 0 || !g.has_root ||
		    strcmp(g.list, p->info.id) != 0 ||
		    g.version != p->info.version)
			continue;
		return (g.epoch == p->info.epoch && g.count == p->info.count &&
		    memcmp(g.root, p->info.root, sizeof(g.root)) == 0);
	}
	return (0);
}

/* Was the targets file signed, and does it say that? */
static int
check(const struct listprooftext *p, const struct repo_doc *doc,
    const struct repo_doc *root, char *err)
{
	const char *type = json_string_value(json_object_get(doc->body,
	    "_type"));

	if (type == NULL || strcmp(type, "targets") != 0 ||
	    repo_doc_version(doc) != p->targets_version)
		return (repo_file_fail(err, "the targets file in the proof is "
		    "not version %u", (unsigned)p->targets_version));
	if (repo_doc_good(doc, root, TUF_TARGETS) == 0 ||
	    !repo_doc_enough(doc, root, TUF_TARGETS))
		return (repo_file_fail(err, "the targets file in the proof is "
		    "not signed by enough of the keys that this root names "
		    "(%zu good signatures)", repo_doc_good(doc, root,
		    TUF_TARGETS)));
	if (!names(doc, p))
		return (repo_file_fail(err, "the signed targets file does not "
		    "name version %u of list %s with this root",
		    (unsigned)p->info.version, p->info.id));
	return (0);
}

/* Was the root of the list signed? */
int
listprooftext_signed(const struct listprooftext *p, const struct disk *disk,
    const char *root, char *err)
{
	struct repo_doc trusted, doc = { NULL, NULL };
	char why[256] = "";
	int rc = -1;

	if (load_root(&trusted, disk, root, err) != 0)
		return (-1);
	if ((doc.whole = canonjson_load(p->targets, p->targets_len, why,
	    sizeof(why))) == NULL)
		(void)repo_file_fail(err, "the targets file in the proof: %s",
		    why);
	else {
		doc.body = json_object_get(doc.whole, "signed");
		rc = check(p, &doc, &trusted, err);
	}
	repo_doc_free(&doc);
	repo_doc_free(&trusted);
	return (rc);
}
