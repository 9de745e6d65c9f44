// Package sqlc is what sqlc generates from queries/; only this comment is written by
// hand.
package sqlc
