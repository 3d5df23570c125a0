// Package story plays the main job in the program's real window, with mouse
// and keyboard: the clicks of an S3 Browser manual, then the proof. It is only
// tests, with the build tag story; scripts/story.sh runs them in a virtual
// screen.
package story
