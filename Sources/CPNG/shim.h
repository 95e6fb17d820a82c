// What Swift cannot do with libpng, whose errors leave by longjmp: read a file in memory to rows of RGB
// or RGBA with 8 bits a sample. As libpng's simplified reader does, but chunks that do not matter for
// the pixels are passed over unread, data behind the last pixel are not inflated without end, and the
// passes of interlaced files are handed out as they are: to spread them, libpng goes seven times over
// all rows.

#include <png.h>
#include <setjmp.h>
#include <string.h>

/// A PNG file that is being read.
struct png_reading {
  const unsigned char *bytes;
  size_t count, offset;
  /// Compressed bytes that were asked for after the last pixel, and how many may be.
  size_t surplus, surplus_limit;
  png_structp png;
  png_infop info;
  png_uint_32 height;
  int is_interlaced, has_alpha;
  /// Why it cannot be read, and whether that is for its surplus.
  char reason[128];
  int is_bomb;
};

static inline void png_reading_fail(png_structp png, png_const_charp message) {
  struct png_reading *reading = (struct png_reading *)png_get_error_ptr(png);
  strncpy(reading->reason, message, sizeof reading->reason - 1);
  png_longjmp(png, 1);
}

static inline void png_reading_warn(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static inline void png_reading_take(png_structp png, png_bytep target, size_t length) {
  struct png_reading *reading = (struct png_reading *)png_get_io_ptr(png);
  if (length > reading->count - reading->offset) png_error(png, "it ends too early");
  if (reading->height > 0 &&
      (reading->is_interlaced ? png_get_current_pass_number(png) >= PNG_INTERLACE_ADAM7_PASSES
                              : png_get_current_row_number(png) >= reading->height)) {
    reading->surplus += length;
    reading->is_bomb = reading->surplus > reading->surplus_limit;
    if (reading->is_bomb) png_error(png, "it goes on behind its last pixel");
  }
  memcpy(target, reading->bytes + reading->offset, length);
  reading->offset += length;
}

/// Reads a file up to its pixels; 0 after an error.
static inline int png_reading_begin(struct png_reading *_Nonnull reading) {
  reading->png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, reading, png_reading_fail, png_reading_warn);
  if (reading->png == NULL) {
    strncpy(reading->reason, "libpng cannot start", sizeof reading->reason - 1);
    return 0;
  }
  if (setjmp(png_jmpbuf(reading->png))) return 0;
  reading->info = png_create_info_struct(reading->png);
  if (reading->info == NULL) png_error(reading->png, "libpng has no memory");
  png_set_read_fn(reading->png, reading, png_reading_take);
  png_set_benign_errors(reading->png, 1);
  png_set_keep_unknown_chunks(reading->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(
      reading->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "gAMA\0sRGB", 2);
  png_read_info(reading->png, reading->info);
  reading->has_alpha =
      (png_get_color_type(reading->png, reading->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
      png_get_valid(reading->png, reading->info, PNG_INFO_tRNS) != 0;
  return 1;
}

/// Prepares to read rows of three or four bytes a pixel; 0 after an error.
static inline int png_reading_prepare(struct png_reading *_Nonnull reading) {
  if (setjmp(png_jmpbuf(reading->png))) return 0;
  png_structp png = reading->png;
  png_infop info = reading->info;
  png_set_expand(png);
  if (!(png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  // Once for the gamma of files that name none, once for that of the result.
  png_set_alpha_mode_fixed(png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
  if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
  png_set_alpha_mode_fixed(png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
  reading->is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) !=
      (size_t)png_get_image_width(png, info) * (reading->has_alpha ? 4 : 3))
    png_error(png, "its rows have another length than its header says");
  reading->height = png_get_image_height(png, info);
  return 1;
}

/// Reads the next row, of the picture or of a pass of it; 0 after an error. Those of a pass have its
/// pixels first, but all of them take the room of a whole row.
static inline int png_reading_row(
    struct png_reading *_Nonnull reading, unsigned char *_Nonnull target) {
  if (setjmp(png_jmpbuf(reading->png))) return 0;
  png_read_row(reading->png, target, NULL);
  return 1;
}

/// Releases what reading took.
static inline void png_reading_end(struct png_reading *_Nonnull reading) {
  png_destroy_read_struct(&reading->png, &reading->info, NULL);
}
