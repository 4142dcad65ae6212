#include <stdlib.h>

#include "wal_format.h"

#include "wal_index.h"

/* Start empty. */
void
wal_index_init(struct wal_index *ix)
{
	ix->oldest = ix->newest = NULL;
	pthread_mutex_init(&ix->lock, NULL);
}

/* Free the list. */
void
wal_index_free(struct wal_index *ix)
{
	struct wal_segment *s;

	while ((s = ix->oldest) != NULL) {
		ix->oldest = s->next;
		free(s);
	}
	ix->newest = NULL;
	pthread_mutex_destroy(&ix->lock);
}

/* The shortest entry takes a marker's size and eight bytes. */
struct wal_segment *
wal_index_segment(uint64_t bytes)
{
	uint64_t cap = bytes / (WAL_MARKER_SIZE + 8) / WAL_INDEX_STEP + 1;
	struct wal_segment *s;

	s = calloc(1, sizeof(*s) + (size_t)cap * sizeof(s->off[0]));
	if (s == NULL)
		return (NULL);
	s->bytes = bytes;
	s->cap = (uint32_t)cap;
	return (s);
}

/* Append to the list. */
void
wal_index_add(struct wal_index *ix, struct wal_segment *s,
    uint64_t first_seq)
{
	s->next = NULL;
	s->first_seq = first_seq;
	s->n = 0;
	pthread_mutex_lock(&ix->lock);
	if (ix->newest != NULL)
		ix->newest->next = s;
	else
		ix->oldest = s;
	ix->newest = s;
	pthread_mutex_unlock(&ix->lock);
}

/* Keep every so many offsets. */
void
wal_index_note(struct wal_index *ix, uint64_t seq, uint64_t off)
{
	struct wal_segment *s = ix->newest;

	if ((seq - s->first_seq) % WAL_INDEX_STEP != 0 || s->n == s->cap)
		return;
	pthread_mutex_lock(&ix->lock);
	s->off[s->n++] = (uint32_t)off;
	pthread_mutex_unlock(&ix->lock);
}

/* Find a place to read on from. */
int
wal_index_find(struct wal_index *ix, uint64_t seq, uint64_t *first_seq,
    uint64_t *off)
{
	struct wal_segment *s;
	uint64_t i;
	int rc = -1;

	pthread_mutex_lock(&ix->lock);
	for (s = ix->oldest; s != NULL; s = s->next) {
		if (seq < s->first_seq)
			break;
		if ((s->next != NULL && seq >= s->next->first_seq) ||
		    s->n == 0)
			continue;
		i = (seq - s->first_seq) / WAL_INDEX_STEP;
		if (i >= s->n)
			i = s->n - 1;
		*first_seq = s->first_seq;
		*off = s->off[i];
		rc = 0;
		break;
	}
	pthread_mutex_unlock(&ix->lock);
	return (rc);
}

/* The first seq of the oldest segment. */
int
wal_index_oldest(struct wal_index *ix, uint64_t *first_seq)
{
	int rc = -1;

	pthread_mutex_lock(&ix->lock);
	if (ix->oldest != NULL) {
		*first_seq = ix->oldest->first_seq;
		rc = 0;
	}
	pthread_mutex_unlock(&ix->lock);
	return (rc);
}

/* A segment ends where the next one begins. */
int
wal_index_below(struct wal_index *ix, uint64_t below, uint64_t *first_seq)
{
	const struct wal_segment *s;
	int rc = 0;

	pthread_mutex_lock(&ix->lock);
	s = ix->oldest;
	if (s != NULL && s->next != NULL && s->next->first_seq <= below) {
		*first_seq = s->first_seq;
		rc = 1;
	}
	pthread_mutex_unlock(&ix->lock);
	return (rc);
}

/* Only ever called after wal_index_below said so. */
void
wal_index_drop(struct wal_index *ix)
{
	struct wal_segment *s;

	pthread_mutex_lock(&ix->lock);
	s = ix->oldest;
	ix->oldest = s->next;
	pthread_mutex_unlock(&ix->lock);
	free(s);
}
