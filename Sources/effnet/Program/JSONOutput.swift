import Boundary

/// Prints one JSON object on standard output: keys sorted, nothing else.
func printJSON(_ object: some Encodable) {
  print(object.prettyJSON.shownJSON)
}
