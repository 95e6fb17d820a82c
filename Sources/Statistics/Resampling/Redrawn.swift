/// What is drawn again; each has random numbers of its own.
package enum Redrawn: Int {
  case seeds = 1
  case networks
  case residuals
}
