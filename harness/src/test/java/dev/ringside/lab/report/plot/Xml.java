package dev.ringside.lab.report.plot;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Looks into pictures with the JDK's parser. */
public final class Xml {
  private Xml() {}

  /** The root of a document; fails when it is not well-formed. */
  public static Element parse(String text) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(text)))
          .getDocumentElement();
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError("not well-formed: " + text, e);
    }
  }

  /** An attribute of the first element with that class. */
  static String attribute(String svg, String styleClass, String name) {
    for (Element element : elements(parse(svg), "*")) {
      if (element.getAttribute("class").equals(styleClass)) {
        return element.getAttribute(name);
      }
    }
    throw new AssertionError("nothing of class " + styleClass);
  }

  /** Texts that reach beyond the picture. */
  static List<String> textsOutside(String svg) {
    String[] box = parse(svg).getAttribute("viewBox").split(" ", -1);
    double width = Double.parseDouble(box[2]);
    double height = Double.parseDouble(box[3]);
    return flatTexts(svg).stream()
        .filter(
            text ->
                text.left < -0.5
                    || text.right > width + 0.5
                    || text.bottom > height + 0.5
                    || text.top < -0.5)
        .map(Text::toString)
        .toList();
  }

  /** Pairs of level texts that touch. */
  static List<String> overlappingTexts(String svg) {
    List<Text> texts = flatTexts(svg);
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        if (texts.get(i).touches(texts.get(j))) {
          pairs.add(texts.get(i) + " and " + texts.get(j));
        }
      }
    }
    return pairs;
  }

  private static List<Text> flatTexts(String svg) {
    List<Text> texts = new ArrayList<>();
    for (Element element : elements(parse(svg), "text")) {
      if (element.hasAttribute("x")) {
        double x = Double.parseDouble(element.getAttribute("x"));
        double y = Double.parseDouble(element.getAttribute("y"));
        double width = TextWidth.of(element.getTextContent());
        String styleClass = element.getAttribute("class");
        double left =
            styleClass.endsWith(" mid")
                ? x - width / 2
                : styleClass.endsWith(" end") ? x - width : x;
        texts.add(new Text(element.getTextContent(), left, y - 9, left + width, y + 2));
      }
    }
    return texts;
  }

  private static List<Element> elements(Element root, String name) {
    NodeList nodes = root.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }

  private record Text(String text, double left, double top, double right, double bottom) {
    boolean touches(Text other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
  }
}
