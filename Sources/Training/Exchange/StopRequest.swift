/// What a rank is asked, in every step and every few micro-batches, whether it is to save and stop:
/// the number of a signal of `StopSignal`, or nil. A training stops where any of its ranks is told
/// so.
public typealias StopRequest = () -> Int32?
