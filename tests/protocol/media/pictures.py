"""Pictures with metadata, written by Pillow, and what it makes of them."""

import random
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

SECRET = b"SECRETCAM"
_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FORMS = ("JPEG", "PNG", "WEBP")


def picture(form: str, seed: int) -> bytes:
    """A small picture with a place, a camera, a preview and words in it."""
    chance = random.Random(seed)
    size = chance.randrange(1, 80), chance.randrange(1, 80)
    image = Image.frombytes("RGB", size, chance.randbytes(3 * size[0] * size[1]))
    exif = Image.Exif()
    exif[0x110] = SECRET.decode()
    exif[0x112] = chance.randrange(1, 9)
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.25)
    more = {"exif": exif, "icc_profile": chance.choice([None, _PROFILE])}
    out = BytesIO()
    if form == "JPEG":
        image = image.convert(chance.choice(["RGB", "L", "CMYK"]))
        how = {
            "progressive": chance.random() < 0.5,
            "quality": chance.choice([60, 95]),
            "restart_marker_blocks": chance.choice([0, 3]),
        }
        image.save(out, form, comment=SECRET, subsampling=chance.randrange(3), **how, **more)
    elif form == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        texts.add_text("Author", SECRET.decode(), zip=False)
        image = image.convert(chance.choice(["RGB", "P", "LA", "RGBA", "1"]))
        image.save(out, form, pnginfo=texts, **more)
    else:
        image.save(out, form, lossless=chance.random() < 0.5, xmp=SECRET, **more)
    return out.getvalue() + (b"" if form == "WEBP" else SECRET)


def animation(form: str) -> bytes:
    """Three frames."""
    frames = [Image.new("RGB", (9, 7), colour) for colour in ("red", "green", "blue")]
    exif, out = Image.Exif(), BytesIO()
    exif[0x110] = SECRET.decode()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=50, exif=exif)
    return out.getvalue()


def seen(data: bytes) -> tuple:
    """What a viewer shows: each frame as coded and upright, and the colour profile."""
    image = Image.open(BytesIO(data))
    shown = []
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        shown.append((image.size, image.mode, image.tobytes()))
    image.seek(0)
    return shown, ImageOps.exif_transpose(image).tobytes(), image.info.get("icc_profile")


def told(data: bytes) -> tuple[set[int], set[str]]:
    """Exif tags but for the orientation, and other things that are said beside the picture."""
    image = Image.open(BytesIO(data))
    image.load()
    needed = {
        *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform"),
        *("progressive", "progression", "icc_profile", "exif", "transparency", "duration", "loop"),
        *("timestamp", "background", "default_image", "disposal", "blend", "bbox", "srgb", "gamma"),
    }
    exif = image.getexif()
    return set(exif) - {0x112} | set(exif.get_ifd(0x8825)), set(image.info) - needed
