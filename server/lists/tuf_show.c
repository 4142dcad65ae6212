#include <stddef.h>

#include "tuf_impl.h"

/* What is held of a role and belongs to the chain in force. */
static const struct tuf_part *
in_force(const struct tuf *t, enum tuf_role role)
{
	static const struct tuf_part none;

	if ((role == TUF_SNAPSHOT && !t->snapshot_in_force) ||
	    (role == TUF_TARGETS && !t->targets_in_force))
		return (&none);
	return (&t->part[role]);
}

/* 0 when there is none in force. */
uint32_t
tuf_version(const struct tuf *t, enum tuf_role role)
{

	return (in_force(t, role)->version);
}

/* 0 when there is none in force. */
int64_t
tuf_expires(const struct tuf *t, enum tuf_role role)
{

	return (in_force(t, role)->expires);
}

/* Of the trusted timestamp. */
int64_t
tuf_signed_at(const struct tuf *t)
{

	return (t->signed_at);
}

/* What stands above a role says of its file. */
static const struct tuf_file *
file_of(const struct tuf *t, enum tuf_role role)
{
	static const struct tuf_file none;

	if (role == TUF_SNAPSHOT)
		return (&t->snapshot_file);
	if (role == TUF_TARGETS && t->snapshot_in_force)
		return (&t->targets_file);
	return (&none);
}

/* 0 where nothing is named. */
uint32_t
tuf_meta_version(const struct tuf *t, enum tuf_role role)
{

	return (file_of(t, role)->version);
}

/* 0 where nothing is named. */
uint64_t
tuf_meta_length(const struct tuf *t, enum tuf_role role)
{

	return (file_of(t, role)->length);
}

/* Where it is not said, it is not so. */
int
tuf_consistent(const struct tuf *t)
{

	return (json_is_true(json_object_get(t->root.body,
	    "consistent_snapshot")));
}

/* As it came. */
const void *
tuf_bytes(const struct tuf *t, enum tuf_role role, size_t *len)
{
	const struct tuf_part *p = in_force(t, role);

	*len = p->len;
	return (p->bytes);
}
