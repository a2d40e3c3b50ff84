package kyc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CursorStore keeps one cursor.
type CursorStore interface {
	// Load returns the cursor that was saved last, empty if there is none yet.
	Load() (string, error)
	// Save returns once the cursor is kept.
	Save(cursor string) error
}

// CursorFile is a file with the cursor as its only line: the old one or the new one, whenever the machine stops. `kyc watch` reads it,
// too.
type CursorFile string

func (f CursorFile) Load() (string, error) {
	text, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	words := strings.Fields(string(text))
	if len(words) != 1 {
		return "", fmt.Errorf("%s holds no cursor, so where to go on is not known: put the last cursor into it, or remove it to begin anew", f)
	}
	return words[0], nil
}

func (f CursorFile) Save(cursor string) error {
	fresh := string(f) + ".new"
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(cursor + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, string(f)); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(string(f)))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// CursorInMemory is for a program that begins anew at each start, or keeps the cursor itself.
type CursorInMemory struct{ cursor string }

func (m *CursorInMemory) Load() (string, error) { return m.cursor, nil }

func (m *CursorInMemory) Save(cursor string) error {
	m.cursor = cursor
	return nil
}
