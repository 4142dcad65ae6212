#include <errno.h>
#include <string.h>

#include "async.h"
#include "handle.h"
#include "lock.h"
#include "open.h"
#include "plugin.h"
#include "pool.h"

#define FLAGS (LK_OPEN_GB18030 | LK_OPEN_ENGLISH)

static struct lock why_lock;
static char why[2048]; /* the last lk_open() failed */

/* Keep why an open failed. */
static void
keep(const char *text)
{

	lock_take(&why_lock);
	memset(why, 0, sizeof(why));
	memcpy(why, text, strnlen(text, sizeof(why) - 1));
	lock_give(&why_lock);
}

/* Copy why the last open failed. */
int
open_why(char *buf, uint32_t size)
{
	size_t len;
	int rc = LK_E_BUFFER;

	lock_take(&why_lock);
	len = strlen(why);
	if (len < size) {
		memcpy(buf, why, len + 1);
		rc = 0;
	}
	lock_give(&why_lock);
	return (rc);
}

/* Free the lock in the child of a fork. */
void
open_inherit(void)
{

	lock_reset(&why_lock);
}

/* Read the configuration and make a handle. */
static int32_t
open_handle(const char *config, uint32_t flags)
{
	struct settings set;
	char text[sizeof(why)];
	int rc;

	memset(&set, 0, sizeof(set));
	if ((flags & ~FLAGS) != 0) {
		keep("lk_open: unknown flag");
		return (LK_E_ARG);
	}
	if ((rc = settings_read(&set, config, text, sizeof(text))) != 0) {
		keep(text);
		return (rc);
	}
	if ((flags & LK_OPEN_GB18030) != 0)
		set.encoding = WIRE_GB18030;
	if ((flags & LK_OPEN_ENGLISH) != 0)
		set.language = LK_LANG_EN;
	if ((rc = handle_watch_fork()) == 0)
		rc = handle_add(&set);
	if (rc < 0)
		keep("lk_open: out of memory, or 64 handles are open");
	return (rc);
}

/* Open a handle. */
int32_t
lk_open(const char *config, uint32_t flags)
{
	int saved = errno;
	int32_t rc;

	rc = open_handle(config, flags);
	errno = saved;
	return (rc);
}

/* Close a handle. */
int32_t
lk_close(int32_t handle)
{
	struct handle *h;
	int saved = errno;
	int rc = LK_E_HANDLE;

	if ((h = handle_get(handle)) != NULL) {
		if ((rc = handle_remove(h)) == 0) {
			async_close(h);
			pool_close(h);
		}
		handle_put(h);
	}
	errno = saved;
	return (rc);
}
