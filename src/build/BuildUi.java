public class BuildUi {
  public static void main(String[] args) {}
}
