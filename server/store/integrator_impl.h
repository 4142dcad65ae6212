#ifndef LIANGKA_INTEGRATOR_IMPL_H_
#define LIANGKA_INTEGRATOR_IMPL_H_

/*
 * What the files of integrator share.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "integrator.h"
#include "tilelog.h"
#include "wal.h"

#define INTEGRATOR_PATH	4096
#define INTEGRATOR_ERROR (TILELOG_ERROR_MAX + INTEGRATOR_PATH)

struct entry;
struct logset;
struct sealed;
struct wal_reader;

struct integrator {
	/* As opened. */
	const struct disk *disk;
	struct wal *wal;
	char wal_dir[INTEGRATOR_PATH];
	char log_dir[INTEGRATOR_PATH];
	struct note_signer *signer;
	const struct note_signer **signers;
	size_t nsigners;
	struct note_verifier *earlier;
	const struct note_verifier **earliers;
	size_t nearlier;
	int64_t interval;		/* ms */
	void (*step)(void *arg, const char *name);
	void *step_arg;

	/* The thread's own. */
	struct wal_reader *reader;
	struct sealed *sealed;
	int sealed_dirty;
	struct tilelog *log;		/* NULL: none was begun yet */
	uint64_t base;			/* of log */
	uint64_t next;			/* seq that is carried next */
	struct wal_entry entry;		/* the one at hand, if have */
	int have;
	int backlog;			/* much more than a second's work */
	int tell;			/* <log_dir>/logs is to be written */
	int64_t due;			/* of the next publication, monotonic ms */
	char error[INTEGRATOR_ERROR];

	/* Shared. */
	pthread_t thread;
	_Atomic uint64_t carried;	/* last seq added to a log */
	_Atomic uint64_t done;		/* last seq published */
	_Atomic uint64_t floor;		/* up to here the state has all */
	_Atomic uint64_t want;		/* a seq that somebody waits for */
	pthread_mutex_t lock;		/* of what follows */
	pthread_cond_t wake;		/* for the thread */
	pthread_cond_t news;		/* done, failed changed */
	int stop;
	int kicked;
	int full;
	int failed;
	char why[INTEGRATOR_ERROR];
	struct checkpoint head;
	uint64_t head_base;
};

/**
 * integrator_fail(i, ...): Keep a sentence in i->error; return TILELOG_FAILED.
 */
int integrator_fail(struct integrator *i, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * integrator_step(i, name): Tell the tests what comes next.
 */
void integrator_step(struct integrator *i, const char *name);

/**
 * integrator_now(): Monotonic ms.
 */
int64_t integrator_now(void);

/**
 * integrator_head_of(p, len, seq, t, is_log): Read the beginning of the printed
 * entry seq: its time and whether it begins a log.  Return 0 or -1.
 */
int integrator_head_of(const uint8_t *p, size_t len, uint64_t seq, int64_t *t,
    int *is_log);

/**
 * integrator_log(i, origin): Open the log of this origin.  Return it, or NULL with
 * a sentence in i->error and errno ENOSPC when the disk is full.
 */
struct tilelog *integrator_log(struct integrator *i, const char *origin);

/**
 * integrator_carry(i): Carry what is durable into the log, publishing when that is
 * due.  integrator_publish(i): publish.  Return as tilelog_publish(), the sentence
 * in i->error.
 */
int integrator_carry(struct integrator *i);
int integrator_publish(struct integrator *i);

/**
 * integrator_recover(i, node): Find where to go on, and compare write-ahead log and
 * tiles.  Return 0, or -1 with a sentence in i->error.
 */
int integrator_recover(struct integrator *i, uint64_t node);

#endif /* !LIANGKA_INTEGRATOR_IMPL_H_ */
