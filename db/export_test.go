package db

import "database/sql"

// Handles are the two connection pools, for tests of what is in force on them.
func (db *DB) Handles() map[string]*sql.DB {
	return map[string]*sql.DB{"write": db.write, "read": db.read}
}
