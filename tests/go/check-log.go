// Check-log verifies a C2SP tlog-tiles log with golang.org/x/mod/sumdb alone: no line
// of it is shared with the C code, nor was either made from the other.
//
//	check-log [-vkey KEY] [-old SIZE:ROOT] [-bench] DIR
//
// It opens DIR/checkpoint as a signed note, hashes every entry, makes all tiles and the
// root from them, compares those with the log's, and proves entries and the older head.
// Exit 0, or 1 with a sentence.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8           // levels of the tree in a tile
	width  = 1 << height // hashes in a full tile, entries in a full bundle
	few    = 1024        // entries up to which each is proved
)

// A dir is a log in a folder; it is a tlog.TileReader.
type dir struct {
	path  string
	cache map[string][]byte // tiles above level 0
}

// tilePath is where C2SP tlog-tiles has what sumdb has in tile/8/<L> or, of entries,
// in tile/8/data.
func tilePath(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	if rest := strings.TrimPrefix(p, "data/"); rest != p {
		return "tile/entries/" + rest
	}
	return "tile/" + p
}

// read reads the file of a tile or bundle, or the full one when a partial one is gone.
// It says how many hashes or entries the file should hold.
func (d *dir) read(t tlog.Tile) ([]byte, int, error) {
	data, err := os.ReadFile(filepath.Join(d.path, tilePath(t)))
	if errors.Is(err, fs.ErrNotExist) && t.W < width {
		t.W = width
		data, err = os.ReadFile(filepath.Join(d.path, tilePath(t)))
	}
	return data, t.W, err
}

func (d *dir) Height() int { return height }

func (d *dir) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (d *dir) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		key := tilePath(t)
		data, ok := d.cache[key]
		if !ok {
			var w int
			var err error
			if data, w, err = d.read(t); err != nil {
				return nil, err
			}
			if len(data) != w*tlog.HashSize {
				return nil, fmt.Errorf("%s: %d bytes, not %d",
					key, len(data), w*tlog.HashSize)
			}
			data = data[:t.W*tlog.HashSize]
			if t.L > 0 {
				d.cache[key] = data
			}
		}
		all = append(all, data)
	}
	return all, nil
}

// bundle takes entry bundle n apart, which has w entries.
func (d *dir) bundle(n int64, w int) ([][]byte, error) {
	t := tlog.Tile{H: height, L: -1, N: n, W: w}
	data, held, err := d.read(t)
	if err != nil {
		return nil, err
	}
	entries := make([][]byte, 0, held)
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s: entry %d is cut short",
				tilePath(t), n*width+int64(len(entries)))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != held {
		return nil, fmt.Errorf("%s: %d entries, not %d", tilePath(t),
			len(entries), held)
	}
	return entries[:w], nil
}

// verifiers makes the verifier of a log's key for an origin.  The key of a node, whose
// name is a beginning of the origin up to a slash, is taken under the origin's name.
func verifiers(vkeys, origin string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, vkey := range strings.Fields(vkeys) {
		part := strings.SplitN(vkey, "+", 3)
		v, err := note.NewVerifier(vkey)
		if err != nil && len(part) == 3 {
			key, err64 := base64.StdEncoding.DecodeString(part[2])
			if err64 == nil && len(key) > 1 && key[0] != 1 {
				continue // of an algorithm that is not ours to know
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %v", vkey, err)
		}
		if strings.HasPrefix(origin, v.Name()+"/") {
			key, _ := base64.StdEncoding.DecodeString(part[2])
			vkey, err = note.NewEd25519VerifierKey(origin, key[1:])
			if err == nil {
				v, err = note.NewVerifier(vkey)
			}
			if err != nil {
				return nil, err
			}
		}
		if v.Name() != origin {
			return nil, fmt.Errorf("the key is of %q, the log is %q",
				v.Name(), origin)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, errors.New("no Ed25519 key")
	}
	return note.VerifierList(list...), nil
}

// head is "SIZE" and "ROOT" as a tree.
func head(size, root string) (tlog.Tree, error) {
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != size {
		return tlog.Tree{}, fmt.Errorf("%q is no size", size)
	}
	hash, err := tlog.ParseHash(root)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%q is no root", root)
	}
	return tlog.Tree{N: n, Hash: hash}, nil
}

// checkpoint opens the signed head of the log.
func (d *dir) checkpoint(vkeys string) (string, tlog.Tree, error) {
	msg, err := os.ReadFile(filepath.Join(d.path, "checkpoint"))
	if err != nil {
		return "", tlog.Tree{}, err
	}
	origin := string(msg[:bytes.IndexByte(append(msg, '\n'), '\n')])
	known, err := verifiers(vkeys, origin)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	n, err := note.Open(msg, known)
	if err != nil {
		return "", tlog.Tree{}, fmt.Errorf("checkpoint: %v", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return "", tlog.Tree{}, errors.New("checkpoint: fewer than three lines")
	}
	tree, err := head(lines[1], lines[2])
	return origin, tree, err
}

// A builder makes the tiles of a tree from its leaf hashes and compares them with those
// of the log.  It does not lean on tlog.TileHashReader for that: the one of x/mod v0.7.0
// passes over as many tiles as there are subtrees on the right edge that share a tile
// with another, so that it believes an entry that was altered together with its tile.
type builder struct {
	d     *dir
	level []*level
}

// A level has the tile that is being filled.
type level struct {
	n    int64 // of the tile
	hash []tlog.Hash
}

// add appends a hash to a level; a tile that fills is checked and handed upwards.
func (b *builder) add(l int, h tlog.Hash) error {
	if l == len(b.level) {
		b.level = append(b.level, &level{})
	}
	t := b.level[l]
	t.hash = append(t.hash, h)
	if len(t.hash) < width {
		return nil
	}
	if err := b.compare(l); err != nil {
		return err
	}
	full := fold(t.hash)
	t.hash = t.hash[:0]
	t.n++
	return b.add(l+1, full)
}

// fold is the hash of a complete subtree.  It overwrites the hashes.
func fold(h []tlog.Hash) tlog.Hash {
	for n := len(h); n > 1; n /= 2 {
		for i := 0; i < n/2; i++ {
			h[i] = tlog.NodeHash(h[2*i], h[2*i+1])
		}
	}
	return h[0]
}

// compare compares the tile that a level has with that of the log.
func (b *builder) compare(l int) error {
	have := b.level[l]
	t := tlog.Tile{H: height, L: l, N: have.n, W: len(have.hash)}
	data, err := b.d.ReadTiles([]tlog.Tile{t})
	if err != nil {
		return err
	}
	for i, h := range have.hash {
		if bytes.Equal(data[0][i*tlog.HashSize:(i+1)*tlog.HashSize], h[:]) {
			continue
		}
		if l == 0 {
			return fmt.Errorf("entry %d does not have the hash of its tile",
				t.N*width+int64(i))
		}
		return fmt.Errorf("%s: hash %d is not that of the tile below",
			tilePath(t), i)
	}
	return nil
}

// root compares what is left on the right and joins it.
func (b *builder) root() (tlog.Hash, error) {
	var root tlog.Hash
	first := true
	for l, t := range b.level {
		if len(t.hash) == 0 {
			continue
		}
		if err := b.compare(l); err != nil {
			return root, err
		}
		for end := len(t.hash); end > 0; {
			n := end & -end // the smallest subtree is the rightmost
			h := fold(t.hash[end-n : end])
			if end -= n; first {
				root, first = h, false
			} else {
				root = tlog.NodeHash(h, root)
			}
		}
	}
	return root, nil
}

// entries hashes every entry and compares all tiles and the root with what the entries
// make.  It returns the leaf hashes of small logs.
func (d *dir) entries(tree tlog.Tree) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	b := &builder{d: d}
	for i := int64(0); i < tree.N; i += width {
		w := width
		if tree.N-i < width {
			w = int(tree.N - i)
		}
		entries, err := d.bundle(i/width, w)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			h := tlog.RecordHash(e)
			if tree.N <= few {
				leaves = append(leaves, h)
			}
			if err := b.add(0, h); err != nil {
				return nil, err
			}
		}
	}
	root, err := b.root()
	if err == nil && root != tree.Hash {
		err = errors.New("the entries do not make the signed root")
	}
	return leaves, err
}

// prove makes and checks inclusion proofs: of all entries of a small log, else of
// some that lie all over it.
func prove(tree tlog.Tree, r tlog.HashReader, leaves []tlog.Hash) (int, error) {
	n := 0
	for i := int64(0); i < tree.N; n++ {
		hashes, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return n, err
		}
		p, err := tlog.ProveRecord(tree.N, i, r)
		if err == nil {
			err = tlog.CheckRecord(p, tree.N, tree.Hash, i, hashes[0])
		}
		if err != nil {
			return n, fmt.Errorf("proof of entry %d: %v", i, err)
		}
		if leaves != nil {
			i++
		} else if i < tree.N-1 && i+tree.N/61+1 >= tree.N {
			i = tree.N - 1
		} else {
			i += tree.N/61 + 1
		}
	}
	return n, nil
}

// follows checks that an older head is a beginning of the log.
func follows(tree tlog.Tree, r tlog.HashReader, old string) error {
	part := strings.SplitN(old, ":", 2)
	if len(part) != 2 {
		return fmt.Errorf("%q is not SIZE:ROOT", old)
	}
	was, err := head(part[0], part[1])
	if err != nil {
		return err
	}
	if was.N > tree.N {
		return fmt.Errorf("the log has %d entries, it had %d", tree.N, was.N)
	}
	if was.N == 0 {
		return nil
	}
	p, err := tlog.ProveTree(tree.N, was.N, r)
	if err == nil {
		err = tlog.CheckTree(p, tree.N, tree.Hash, was.N, was.Hash)
	}
	if err != nil {
		return fmt.Errorf("the log of %d entries does not follow that of %d: %v",
			tree.N, was.N, err)
	}
	return nil
}

func check(path, vkeys, old string, bench bool) error {
	d := &dir{path: path, cache: make(map[string][]byte)}
	origin, tree, err := d.checkpoint(vkeys)
	if err != nil {
		return err
	}
	if tree.N == 0 {
		if tree.Hash != sha256.Sum256(nil) {
			return errors.New("the empty log has another root")
		}
		fmt.Printf("%s: empty\n", origin)
		return nil
	}
	start := time.Now()
	leaves, err := d.entries(tree)
	if err != nil {
		return err
	}
	if bench {
		s := time.Since(start).Seconds()
		fmt.Printf("%d entries, %.3f s, %.0f entries/s\n", tree.N, s,
			float64(tree.N)/s)
		return nil
	}
	r := tlog.TileHashReader(tree, d)
	root, err := tlog.TreeHash(tree.N, r)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the tiles make another root")
	}
	n, err := prove(tree, r, leaves)
	if err != nil {
		return err
	}
	if old != "" {
		if err := follows(tree, r, old); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d entries, %d of them proved\n", origin, tree.N, n)
	return nil
}

func main() {
	vkey := flag.String("vkey", "", "verifier key of the log or its node "+
		"(else those in DIR/vkey)")
	old := flag.String("old", "", "SIZE:ROOT of an older head that the log "+
		"must continue")
	bench := flag.Bool("bench", false, "only verify the entries and print the speed")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(1)
	}
	keys := *vkey
	if keys == "" {
		text, err := os.ReadFile(filepath.Join(flag.Arg(0), "vkey"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "check-log:", err)
			os.Exit(1)
		}
		keys = string(text)
	}
	if err := check(flag.Arg(0), keys, *old, *bench); err != nil {
		fmt.Fprintln(os.Stderr, "check-log:", err)
		os.Exit(1)
	}
}
