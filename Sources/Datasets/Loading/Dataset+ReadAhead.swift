extension Dataset {
  /// Asks the operating system to read samples that will soon be needed, neighbours in one piece.
  ///
  /// - Parameter samples: Indices of the samples, rising.
  public func readAhead(_ samples: [Int32]) {
    var index = 0
    while index < samples.count {
      let (shard, first) = locate(Int(samples[index]))
      var end = first
      repeat {
        end += 1
        index += 1
      } while index < samples.count && locate(Int(samples[index])) == (shard, end)
      shards[shard].prefetch(images: first..<end)
    }
  }

  /// Lets the operating system forget the shards, so that they are read from disk again.
  package func dropFromCache() {
    for shard in shards { shard.file.dropFromCache() }
  }
}
