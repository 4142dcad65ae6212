#include <stdio.h>
#include <string.h>

#include "store/disk.h"

#include "repo_impl.h"

/*
 * Everything in pending/ comes from one hand, the root that is said to be in force too.
 * Whoever has a root from elsewhere need not believe it: under a made-up root, targets
 * that were never published could stand for those in force, and a great change look
 * small.
 */

/* Does the pending root in force follow from the one that is trusted? */
static int
follows(const struct repo_doc *now, const struct repo_doc *mine,
    const char *dir, const char *root, char *err)
{
	uint32_t is = repo_doc_version(now), have = repo_doc_version(mine);

	if (now->whole == NULL)
		return (repo_file_fail(err, "%s: begins a repository: there is "
		    "no root in force that could be compared with %s", dir,
		    root));
	if (is == have && json_equal(now->body, mine->body))
		return (0);
	if (is > have && repo_doc_enough(now, mine, TUF_ROOT))
		return (0);
	if (is < have)
		return (repo_file_fail(err, "%s: says that root version %u is "
		    "in force, but %s is version %u: do not sign", dir,
		    (unsigned)is, root, (unsigned)have));
	return (repo_file_fail(err, "%s: the root that is said to be in force "
	    "(version %u) is not signed by those whom %s (version %u) names: "
	    "do not sign, or give a newer root that you trust", dir,
	    (unsigned)is, root, (unsigned)have));
}

/* Is the root in force one that is trusted? */
int
repo_trust(const char *pending, const char *root, char *err)
{
	struct repo_pending p;
	struct repo_doc mine;
	int rc;

	rc = repo_doc_read(&mine, &disk_real, root, TUF_ROOT, err);
	if (rc != 0)
		return (-1);
	rc = repo_pending_open(&p, &disk_real, pending, err);
	if (rc == 0) {
		rc = follows(&p.now_root, &mine, pending, root, err);
		repo_pending_close(&p);
	} else if (rc == 1)
		rc = repo_file_fail(err, "%s: nothing is pending here",
		    pending);
	repo_doc_free(&mine);
	return (rc);
}
