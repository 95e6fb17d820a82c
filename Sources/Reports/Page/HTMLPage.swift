import Foundation

/// What all pages have in common: one file that loads nothing, in the syntax of XML.
enum HTMLPage {
  /// The text of a page.
  ///
  /// - Parameters:
  ///   - title: Its name, as plain text.
  ///   - refreshSeconds: After how long a browser reads it again, if at all.
  ///   - style: Rules beside those of all pages.
  ///   - body: Markup.
  static func html(
    title: String, refreshSeconds: Int? = nil, style: String = "", body: String
  ) -> String {
    let refresh = refreshSeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\"/>\n" } ?? ""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
      style-src 'unsafe-inline'"/>
      \(refresh)<link rel="icon" href="data:,"/>
      <title>\(title.escapedForHTML)</title>
      <style>
      \(PageColors.css)\(PageStyle.css)\(style)
      </style>
      </head>
      <body>
      \(body)
      </body>
      </html>

      """
  }

  /// A bar of a length between 0 and 1.
  static func bar(_ share: Double) -> String {
    "<div><i style=\"width:\(min(max(share, 0), 1).percentLength)\"></i></div>"
  }

  /// A JPEG picture in the page itself; `nil` leaves its place empty.
  static func picture(_ jpeg: [UInt8]?, alternative: String) -> String {
    guard let jpeg else { return "<div class=\"none\"></div>" }
    let data = Data(jpeg).base64EncodedString()
    return "<img alt=\"\(alternative.escapedForHTML)\" src=\"data:image/jpeg;base64,\(data)\"/>"
  }

  /// Terms with their values; `class` names the style.
  static func list(
    _ items: [(name: String, value: String, note: String)], class style: String
  ) -> String {
    let entries = items.map { name, value, note in
      let small = note.isEmpty ? "" : "<small>\(note.escapedForHTML)</small>"
      let wide = value.count > 60 ? " class=\"wide\"" : ""
      return
        "<div\(wide)><dt>\(name.escapedForHTML)</dt><dd>\(value.escapedForHTML)\(small)</dd></div>"
    }
    return "<dl class=\"\(style)\">\(entries.joined(separator: "\n"))</dl>"
  }
}
