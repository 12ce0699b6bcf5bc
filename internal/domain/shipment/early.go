package shipment

import "iter"

// early runs a sequence ahead of whoever takes its elements: the next one is made
// in a goroutine while the last one is at work. The goroutine has ended when the loop
// over the elements has, however that ends, and a panic in it becomes the taker's.
func early[T any](seq iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		made, stop, ended := make(chan T), make(chan struct{}), make(chan any, 1)
		go func() {
			defer func() {
				ended <- recover()
				close(made)
			}()
			for v := range seq {
				select {
				case made <- v:
				case <-stop:
					return
				}
			}
		}()
		defer func() {
			close(stop)
			if p := <-ended; p != nil {
				panic(p)
			}
		}()
		for v := range made {
			if !yield(v) {
				return
			}
		}
	}
}
