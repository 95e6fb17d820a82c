internal import CYaml

/// What a text in YAML is made of, as far as its size goes.
///
/// The library puts texts together at once, and hashes keys with all that they stand for: with
/// aliases in lists in keys that takes for ever. Its parser, which only goes from event to event,
/// does not.
struct YAMLOutline {
  /// Aliases in it.
  private(set) var aliasCount = 0
  /// Lists and sections that lie in each other at most.
  private(set) var depth = 0

  /// Goes through a text up to its end or its first fault.
  init(_ yaml: String) {
    // The parser keeps its own address.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { return }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    var text = yaml
    text.withUTF8 { bytes in
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      var open = 0
      var event = yaml_event_t()
      while yaml_parser_parse(parser, &event) == 1 {
        let type = event.type
        yaml_event_delete(&event)
        switch type {
        case YAML_ALIAS_EVENT: aliasCount += 1
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
          open += 1
          depth = max(depth, open)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: open -= 1
        case YAML_STREAM_END_EVENT: return
        default: break
        }
      }
    }
  }
}
