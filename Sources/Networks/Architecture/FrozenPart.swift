/// The front of a network that training leaves as it is.
///
/// Its batch normalisations use running statistics, its branches are never dropped, and the
/// backward pass ends behind it.
public enum FrozenPart: Sendable, Equatable {
  /// Everything is trained.
  case none
  /// The first convolution with its batch normalisation.
  case stem
  /// The stem, and so many stages.
  case stages(Int)
  /// All but the classifier.
  case all

  /// Reads the word that ``description`` writes.
  public init?(_ word: String) {
    switch word {
    case "none": self = .none
    case "stem": self = .stem
    case "all": self = .all
    default:
      let number = word.dropFirst("stage".count)
      guard word.hasPrefix("stage"), let count = Int(number), count > 0, "\(count)" == number else {
        return nil
      }
      self = .stages(count)
    }
  }

  /// Frozen units of a network, see ``Architecture/units``.
  func units(of architecture: Architecture) -> Int {
    switch self {
    case .none: 0
    case .stem: 1
    case .stages(let count): architecture.stages.prefix(count).reduce(1) { $0 + $1.repeats }
    case .all: architecture.units.count
    }
  }

  /// First place of the parameters that is trained; those before it belong to the frozen part.
  package func firstTrained(of architecture: Architecture) -> Int {
    firstTrained(ParameterPlaces(architecture), frozenUnits: units(of: architecture))
  }

  func firstTrained(_ places: ParameterPlaces, frozenUnits: Int) -> Int {
    frozenUnits < places.units.count
      ? places.units[frozenUnits][0].range.lowerBound : places.classifierKernel
  }
}

extension FrozenPart: CustomStringConvertible {
  /// `none`, `stem`, `stage1` … or `all`.
  public var description: String {
    switch self {
    case .none: "none"
    case .stem: "stem"
    case .stages(let count): "stage\(count)"
    case .all: "all"
    }
  }
}
