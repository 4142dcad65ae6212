#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "nodestatus.h"
#include "sync_impl.h"

/* Send it: 0, or -1 with a sentence. */
static int
send_it(struct sync *s, const char *name, const void *p, size_t len, char *err)
{
	char dir[SYNC_PATH_MAX];
	struct httpget_options o = { .timeout_ms = s->o->timeout_ms,
		.ca = s->o->ca, .cert = s->o->cert, .key = s->o->key,
		.stop = s->stop };

	if (!httpget_is_address(s->o->report)) {
		if (sync_source_dir(s->o->report, dir) != 0)
			return (sync_fail(err, "%.300s: no directory",
			    s->o->report));
		return (disk_replace(s->disk, dir, name, p, len) == 0 ? 0 :
		    sync_fail(err, "%s/%s: %s", dir, name, strerror(errno)));
	}
	if (s->http == NULL && (s->http = httpget_open(&o, err)) == NULL)
		return (-1);
	return (httpget_put(s->http, s->o->report, name, p, len, err) ==
	    HTTPGET_OK ? 0 : -1);
}

/* Send the node's status. */
void
sync_report(struct sync *s)
{
	char path[SYNC_PATH_MAX], name[NODESTATUS_NODE_MAX + 16];
	char why[NODESTATUS_ERROR_MAX] = "", *err = s->r->report_error;
	uint8_t digest[SHA256_LEN];
	struct nodestatus st;
	void *text;
	size_t len;
	int rc;

	if (s->o->report == NULL || sync_path(path, s->lists,
	    NODESTATUS_FILE) != 0)
		return;
	/* A daemon that never ran here has written none. */
	if ((rc = sync_read(path, NODESTATUS_MAX, &text, &len)) != 0) {
		if (rc == -1)
			(void)sync_fail(err, "%s: %s", path, strerror(errno));
		return;
	}
	sha256_of(digest, text, len);
	if (memcmp(digest, s->sent, sizeof(digest)) != 0) {
		if (nodestatus_read(&st, text, len, why) != 0 ||
		    nodestatus_file(st.node, name, sizeof(name)) != 0)
			(void)sync_fail(err, "%s: %.700s", path, why);
		else if (send_it(s, name, text, len, err) == 0) {
			memcpy(s->sent, digest, sizeof(digest));
			s->r->reported = 1;
		}
	}
	free(text);
}
