#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/disk.h"

#include "config.h"
#include "datadir.h"
#include "policyfile.h"

/* Read and compile. */
int
policyfile_read(struct policyfile *p, const char *file,
    const struct conf_sink *sink, char *err, size_t errlen)
{

	memset(p, 0, sizeof(*p));
	p->text = config_slurp(file, POLICY_MAX_TEXT, &p->len, err, errlen);
	if (p->text == NULL)
		return (-1);
	err[0] = '\0';
	sha256_of(p->hash, p->text, p->len);
	p->policy = policy_compile(file, p->text, p->len, sink);
	if (p->policy != NULL)
		return (0);
	policyfile_drop(p);
	return (-1);
}

/* Free what is held. */
void
policyfile_drop(struct policyfile *p)
{

	policy_free(p->policy);
	free(p->text);
	p->policy = NULL;
	p->text = NULL;
}

/* Keep a copy under the name of its hash. */
int
policyfile_keep(const struct policyfile *p, const char *data, char *err,
    size_t errlen)
{
	char dir[4096], path[4300], name[2 * sizeof(p->hash) + 8];
	char none[512];		/* that there is no copy yet is no error */
	size_t len;
	char *there;
	int same;

	if (datadir_sub(data, "log", err, errlen) != 0 ||
	    datadir_sub(data, "log/policy", err, errlen) != 0)
		return (-1);
	hex_encode(name, p->hash, sizeof(p->hash));
	memcpy(&name[2 * sizeof(p->hash)], ".policy", sizeof(".policy"));
	if (snprintf(dir, sizeof(dir), "%s/log/policy", data) >=
	    (int)sizeof(dir)) {
		(void)snprintf(err, errlen, "%s: path too long", data);
		return (-1);
	}
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	there = config_slurp(path, POLICY_MAX_TEXT, &len, none, sizeof(none));
	same = there != NULL && len == p->len &&
	    memcmp(there, p->text, len) == 0;
	free(there);
	if (same)
		return (0);
	if (disk_replace(&disk_real, dir, name, p->text, p->len) != 0) {
		(void)snprintf(err, errlen, "%s: cannot be written: %s", path,
		    strerror(errno));
		return (-1);
	}
	return (0);
}
