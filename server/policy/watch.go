package policy

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long a burst of saves may pause before the tree is read.
	settle = 80 * time.Millisecond
	// lookAgain is how often the tree is read without a hint. Notifications get lost
	// on network folders and when a mounted folder is swapped as a whole; reading
	// everything is the guarantee, they only make it quick.
	lookAgain = 2 * time.Second
)

// Watch reloads the library whenever something in the folders changes, until ctx ends. It
// does so from time to time in any case, and without folders too: what other processes
// did about the tree is looked at along with it.
func (l *Library) Watch(ctx context.Context, dirs ...string) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", l.Name, err)
	}
	defer watcher.Close()
	watchFolders(watcher, dirs)

	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	settled := time.NewTimer(lookAgain)
	defer settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-watcher.Events:
			settled.Reset(settle)
			continue
		case err := <-watcher.Errors:
			l.Logger.Warn("watching policies", "error", err)
			continue
		case <-settled.C:
		case <-ticker.C:
		}
		watchFolders(watcher, dirs) // new folders, and ones that were swapped
		if err := l.Reload(ctx); err != nil && ctx.Err() != nil {
			return nil
		}
	}
}

// watchFolders adds every folder below dirs; to add one twice does no harm. What
// cannot be watched is still read from time to time.
func watchFolders(watcher *fsnotify.Watcher, dirs []string) {
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				_ = watcher.Add(path)
			}
			return nil
		})
	}
}
