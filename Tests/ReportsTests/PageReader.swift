import Foundation
import FoundationXML
import XCTest

/// A page as a strict reader of XML sees it.
final class PageReader: NSObject, XMLParserDelegate {
  /// An element with its attributes and all text within it.
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
  }

  /// In the order of their beginnings.
  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// Reads a page that is to be well-formed and to load nothing.
  init(_ page: String, file: StaticString = #filePath, line: UInt = #line) {
    super.init()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = self
    XCTAssertTrue(parser.parse(), "\(parser.parserError as Any)", file: file, line: line)
    for (name, value) in elements.flatMap(\.attributes) where ["src", "href"].contains(name) {
      XCTAssertTrue(value.hasPrefix("data:"), "\(name) of \(value)", file: file, line: line)
    }
    for text in ["http://", "https://", "url(", "@import", "<script"] {
      XCTAssertFalse(page.contains(text), text, file: file, line: line)
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  /// The elements of a name, and of a class if one is given.
  func all(_ name: String, class style: String? = nil) -> [Element] {
    elements.filter { $0.name == name && (style == nil || $0.attributes["class"] == style) }
  }

  /// Texts of these elements.
  func texts(_ name: String, class style: String? = nil) -> [String] {
    all(name, class: style).map(\.text)
  }
}
