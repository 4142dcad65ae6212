#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/apply.h"
#include "store/entry.h"
#include "store/state.h"

#include "scratch.h"

#define PATH 4096

/* Make an empty state. */
int
scratch_open(struct scratch *s, const char *tmp, uint64_t overlay_bytes,
    char *err)
{
	struct state_options so = { .overlay_bytes = overlay_bytes,
		.interval_ms = UINT32_MAX, .hash_seed = 1 };
	char dir[PATH], path[PATH + 32];

	memset(s, 0, sizeof(*s));
	if (snprintf(dir, sizeof(dir), "%s/liangka-replay.XXXXXX",
	    tmp != NULL ? tmp : "/tmp") >= PATH || mkdtemp(dir) == NULL) {
		snprintf(err, SCRATCH_ERROR_MAX, "%.300s: cannot make a "
		    "directory there: %s", dir, strerror(errno));
		return (-1);
	}
	so.dir = dir;
	s->state = state_open(&so, err, SCRATCH_ERROR_MAX);
	/* Open files live on without a name. */
	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/state.mdb-lock", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	if (s->state == NULL)
		return (-1);
	if ((s->apply = apply_open(s->state)) == NULL) {
		snprintf(err, SCRATCH_ERROR_MAX, "out of memory");
		scratch_close(s);
		return (-1);
	}
	return (0);
}

/* Apply an entry; the state makes room by a checkpoint when it is full. */
int
scratch_fold(struct scratch *s, const struct entry *e, char *err)
{
	static const uint8_t leaf[32];

	while (!state_room(s->state, APPLY_RECORDS, APPLY_BYTES))
		if (state_failed(s->state, err, SCRATCH_ERROR_MAX) ||
		    state_checkpoint_now(s->state, s->last, s->last) != 0)
			goto failed;
	if (apply_entry(s->apply, e, leaf) == 0) {
		s->last = e->seq;
		return (0);
	}
failed:
	if (!state_failed(s->state, err, SCRATCH_ERROR_MAX))
		snprintf(err, SCRATCH_ERROR_MAX, "entry %" PRIu64 " cannot be "
		    "applied", e->seq);
	return (-1);
}

/* Free it. */
void
scratch_close(struct scratch *s)
{

	apply_close(s->apply);
	if (s->state != NULL)
		state_close(s->state);
	memset(s, 0, sizeof(*s));
}
