#ifndef CENTREKIT_H_
#define CENTREKIT_H_

/*
 * A centre's directory for a test: made under $TMPDIR, with a K_list of epoch 1 whose
 * secret is always the same.
 */

#include <stdint.h>

#include "keys/token.h"

#define CENTREKIT_NOW INT64_C(1795327200) /* 2026-11-22 14:00 in Beijing */
#define CENTREKIT_DAY 20779		  /* that day */

/**
 * centrekit_make(dir): Make a directory with a centre in it and write its path to dir.
 * centrekit_remove(dir): remove it and all below.
 * centrekit_key(path): write the key of K_list to a file.
 */
void centrekit_make(char dir[200]);
void centrekit_remove(const char *dir);
void centrekit_key(const char *path);

/**
 * centrekit_token(n): Return a token that is its own for each n, as random as a real
 * one.
 */
struct token centrekit_token(uint64_t n);

#endif /* !CENTREKIT_H_ */
